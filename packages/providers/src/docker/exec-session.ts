import { once } from 'node:events';
import { Socket } from 'node:net';
import { type Duplex, Writable } from 'node:stream';
import { settlesWithin } from '../deadline.js';
import { ProviderError } from '../errors.js';
import type { ResolvedExec } from '../exec-request.js';
import type { OutputLogWriter } from '../output-log.js';
import type { ExecExit, ExecIo } from '../provider.js';
import { pumpStdin, type StdinPump } from '../stdin-pump.js';
import type { Engine } from './engine.js';
import { demultiplex } from './engine-stream.js';
import { ExecOutput } from './exec-output.js';
import { killExec, messageTag } from './exec-programs.js';

const KILL_TIMEOUT_MS = 2_000;
const KILLER_TIMEOUT_MS = 1_000;
const CONTAINER_END_TIMEOUT_MS = 10_000;
/** How long a killed exec waits for a caller that does not take its last output. */
const ABANDON_MS = 1_000;
/** From the end of a killed program to the end of what carries its output. */
const LAST_OUTPUT_MS = 300;
const KILLED = 137;

type EndReason = 'timeout' | 'cancel' | 'failure';

export interface SessionParts {
  readonly engine: Engine;
  readonly containerId: string;
  /** Unique, and known to the program: what it is killed by. */
  readonly execId: string;
  /** By which the engine knows it. */
  readonly engineExecId: string;
  readonly connection: Duplex;
  readonly stdin: ResolvedExec['stdin'];
  readonly log: OutputLogWriter;
  /** Told when only the end of the whole sandbox could end the exec. */
  onSandboxKilled(): void;
}

/** One program in a container, from its start until nothing holds its output. */
export class DockerExecSession {
  readonly #parts: SessionParts;
  readonly #output: ExecOutput;
  readonly #stdin: StdinPump | undefined;
  readonly #startedAt = performance.now();
  /** With the status when the program has ended, without when the connection has. */
  readonly #ended: Promise<number | undefined>;
  readonly #connectionEnded: Promise<undefined>;
  #finished = false;
  #endReason: EndReason | undefined;
  #failure: { readonly error: unknown } | undefined;
  #killing: Promise<void> = Promise.resolve();

  constructor(parts: SessionParts, io: ExecIo) {
    this.#parts = parts;
    // How the exec ended is asked of the engine, whatever became of the connection.
    parts.connection.on('error', () => {});
    const fail = (error: unknown) => {
      this.#failure ??= { error };
      this.#end('failure');
    };
    let programEnded: (exitCode: number) => void = () => {};
    const exitCode = new Promise<number>((resolve) => {
      programEnded = resolve;
    });
    this.#output = new ExecOutput(messageTag(parts.execId), {
      log: parts.log,
      onOutput: (stream, chunk) => io.onOutput(stream, chunk),
      onFailure: fail,
      onEnd: programEnded,
    });
    this.#connectionEnded = this.#output.read(demultiplex(parts.connection)).then(() => {
      this.#finished = true;
      return undefined;
    });
    this.#ended = Promise.race([exitCode, this.#connectionEnded]);
    if (parts.stdin !== undefined) {
      const source = parts.stdin instanceof Uint8Array ? only(parts.stdin) : parts.stdin;
      this.#stdin = pumpStdin(source, inputOf(parts.connection), fail);
    }
  }

  /** Nothing holds the output any more. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Waits for the program's end, or brings it about.
   *
   * @throws ProviderError `exec_failed` or `limit_exceeded` when the program could not be started; or what the caller's side threw
   */
  async result(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<ExecExit> {
    const onAbort = () => this.#end('cancel');
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#end('timeout'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const exitCode = await this.#ended;
      clearTimeout(timer);
      const durationMs = performance.now() - this.#startedAt;
      await this.#killing;
      if (this.#failure !== undefined) throw this.#failure.error;
      const timedOut = this.#endReason === 'timeout';
      const cancelled = this.#endReason === 'cancel';
      if (timedOut || cancelled)
        return { exitCode: KILLED, signal: 'SIGKILL', timedOut, cancelled, durationMs };
      return { exitCode: exitCode ?? (await this.#exitCodeOfShell()), timedOut, cancelled, durationMs };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#stdin?.stop();
      this.#output.detach();
      // An idle connection alone does not keep the worker's event loop going.
      if (this.#parts.connection instanceof Socket) this.#parts.connection.unref();
    }
  }

  /** Ends the exec as cancelled, while the whole sandbox is being killed. */
  cancelWithSandbox(): void {
    this.#endReason ??= 'cancel';
    setTimeout(() => this.#output.detach(), ABANDON_MS).unref();
  }

  close(): void {
    this.#parts.connection.destroy();
  }

  #end(reason: EndReason): void {
    if (this.#finished || this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#killing = this.#kill();
    // Awaited by `result`; until then its failure must not look unhandled.
    this.#killing.catch(() => {});
  }

  /** A program can make itself impossible to kill from inside, for example by taking every process there may be. Its timeout holds. */
  async #kill(): Promise<void> {
    const { engine, containerId, onSandboxKilled } = this.#parts;
    const abandoning = setTimeout(() => this.#output.detach(), ABANDON_MS);
    try {
      const deadline = performance.now() + KILL_TIMEOUT_MS;
      await this.#runKiller('program');
      await settlesWithin(LAST_OUTPUT_MS, this.#ended);
      while (performance.now() < deadline) {
        await this.#runKiller('all');
        if (await settlesWithin(LAST_OUTPUT_MS, this.#connectionEnded)) return;
      }
      onSandboxKilled();
      await engine.killContainer(containerId);
      if (await settlesWithin(CONTAINER_END_TIMEOUT_MS, this.#connectionEnded)) return;
    } finally {
      clearTimeout(abandoning);
    }
    this.close();
    throw new ProviderError('exec_failed', 'the processes of the exec could not be killed');
  }

  async #runKiller(what: 'program' | 'all'): Promise<void> {
    const { engine, containerId, execId } = this.#parts;
    let connection: Duplex | undefined;
    try {
      connection = await engine.startExec(
        await engine.createExec(containerId, killExec(execId, what), false),
        false,
      );
      const ended = once(connection.resume(), 'close');
      await settlesWithin(KILLER_TIMEOUT_MS, ended);
    } catch {
      // The container has ended, or has no room for another process: the caller looks at the outcome.
    } finally {
      connection?.destroy();
    }
  }

  /** The shell that waits for the program was itself killed, or never came to start it. */
  async #exitCodeOfShell(): Promise<number> {
    const { engine, engineExecId } = this.#parts;
    const state = await engine.execState(engineExecId).catch(() => undefined);
    if (this.#output.begun) return state?.exitCode || KILLED;
    const text = this.#output.preface;
    if (text.trim() === '' || /Resource temporarily unavailable|[Cc]an(?:not|'t) fork/.test(text)) {
      throw new ProviderError('limit_exceeded', 'the sandbox has reached its limit of processes');
    }
    const line = text.trim().split('\n').at(-1) ?? '';
    const detail = line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300);
    throw new ProviderError('exec_failed', `the sandbox could not be entered: ${detail}`);
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The way in of a connection whose way out lives on when the input has ended or is given up. */
function inputOf(connection: Duplex): Writable {
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => void connection.write(chunk, () => done()),
    final: (done) => void connection.end(() => done()),
  });
  connection.once('close', () => input.destroy());
  return input;
}
