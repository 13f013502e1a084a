import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asciiJson } from '../printable.js';
import { type AnswerBook, createAnswerBook } from './answer-book.js';
import { linesOf } from './lines.js';
import type { Vector } from './vectors.js';

/** What a program answered, and what it did besides. */
export interface Exchange {
  readonly answers: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly faults: readonly string[];
}

/** More lines than this that answer nothing, and the program is stopped. */
const MAX_STRAY_LINES = 1000;

/**
 * Starts a program with `sh -c`, writes every request to its standard input, one JSON object a line, and collects the
 * lines of its standard output as answers. The program must end by itself once its input has ended. It is killed, with
 * all that it started, after `silenceMs` without an answer or when the signal aborts.
 */
export async function exchange(
  command: string,
  vectors: readonly Vector[],
  { silenceMs, signal }: { readonly silenceMs: number; readonly signal: AbortSignal },
): Promise<Exchange> {
  const book = createAnswerBook(vectors.map(({ id }) => id));
  const child = spawn('sh', ['-c', command], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  let stopped: string | undefined;
  const stop = (reason: string): void => {
    stopped ??= reason;
    killGroup(child);
    // What escaped the group may hold the pipes open for ever.
    stdout.destroy();
    stdin.destroy();
  };
  const silence = setTimeout(() => stop(`it gave no answer for ${silenceMs / 1000} s`), silenceMs);
  const abort = (): void => stop('it was interrupted');
  signal.addEventListener('abort', abort, { once: true });
  const ended = once(child, 'exit');
  ended.catch(() => undefined);
  try {
    const requests = Readable.from(vectors.map(({ request }) => `${asciiJson(request)}\n`));
    // A program that closes its input shows by the answers that it does not give.
    const sent = pipeline(requests, stdin).catch(() => undefined);
    for await (const line of answersOf(stdout, book, () => stopped !== undefined)) {
      if (book.enter(line)) silence.refresh();
      else if (book.strayLines > MAX_STRAY_LINES) stop(`more than ${MAX_STRAY_LINES} lines answer nothing`);
    }
    await Promise.all([sent, ended]);
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', abort);
    killGroup(child);
  }
  return { answers: book.answers, faults: [...book.faults(), ...endingOf(child, stopped)] };
}

/** Its lines until it ends or is stopped. */
async function* answersOf(
  stdout: Readable,
  book: AnswerBook,
  isStopped: () => boolean,
): AsyncGenerator<string> {
  try {
    yield* linesOf(stdout);
  } catch (error) {
    if (isStopped()) return;
    if (!(error instanceof RangeError)) throw error;
    book.fault(error.message);
  }
}

function endingOf({ exitCode, signalCode }: ChildProcess, stopped: string | undefined): readonly string[] {
  if (stopped !== undefined) return [`the program was stopped: ${stopped}`];
  if (exitCode === 0) return [];
  return [`the program ended with ${signalCode ?? `exit code ${exitCode}`}`];
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
