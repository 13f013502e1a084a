import type { IncomingMessage } from 'node:http';
import { WorkerRpcError } from './errors.js';
import { readBody } from './http-body.js';

/**
 * Asked for room before an answer is read that is longer than 1 MiB, with its size in bytes as far as it is known; a second question is
 * about the same answer, and replaces the first. Tells whether there is room, and no more once the signal fires, which says that
 * nobody waits. Whoever gives it knows when the answer takes no memory any more.
 */
export type ReserveAnswer = (bytes: number, signal: AbortSignal) => Promise<boolean>;

/** Where the answer to one call is read. */
export interface AnswerRoom {
  /** Reads a body, or tells undefined when it is longer than `limitBytes`. @throws WorkerRpcError `answers_busy` */
  read(response: IncomingMessage, limitBytes: number): Promise<Buffer | undefined>;
  /** Whether the answer is there, and waits for room: then that the call takes long is not due to the worker. */
  readonly waiting: boolean;
  leave(): void;
}

/** What is read without asking. */
const FREE_BYTES = 1024 * 1024;
/** How long an answer may take to arrive that has its room: a worker must not keep it from the others. */
const ARRIVAL_MS = 300_000;

/** @param reserve absent: there is always room */
export function openAnswerRoom(
  reserve: ReserveAnswer = () => Promise.resolve(true),
  arrivalMs = ARRIVAL_MS,
): AnswerRoom {
  const left = new AbortController();
  let waiting = false;

  async function enter(bytes: number): Promise<void> {
    waiting = true;
    const granted = await reserve(bytes, left.signal);
    waiting = false;
    if (!granted) throw answersBusy();
  }

  return {
    async read(response, limitBytes) {
      let late: NodeJS.Timeout | undefined;
      const body = await readBody(response, limitBytes, {
        pauseAt: FREE_BYTES,
        async enter(bytes) {
          await enter(bytes);
          late = setTimeout(
            () => response.destroy(new Error('the answer did not arrive in time')),
            arrivalMs,
          );
        },
      }).finally(() => clearTimeout(late));
      const isLengthKnown = response.headers['content-length'] !== undefined;
      // It took room for the longest one; to take less needs no waiting.
      if (body !== undefined && body.length > FREE_BYTES && !isLengthKnown) await enter(body.length);
      return body;
    },
    get waiting() {
      return waiting;
    },
    leave: () => left.abort(),
  };
}

/** The call may have had its effect: only what it answered is not known. */
export function answersBusy(): WorkerRpcError {
  return new WorkerRpcError(
    'answers_busy',
    'the worker has answered, but too many large answers are held; read output as a stream',
    { outcome: 'unknown' },
  );
}
