import type { ServerResponse } from 'node:http';
import { encodeJson } from './json-encoding.js';
import { createOutputTextDecoder } from './output-text.js';
import type { ExecExit, ExecStreamResultWire, OutputStream } from './rpc-messages.js';
import { STREAM_EXIT_HEADER } from './worker-headers.js';

/** Sends the output of a program as NDJSON while it runs. */
export interface ExecStreamWriter {
  /** Whether the answer has begun; until then a failure can still be told by its status. */
  readonly started: boolean;
  /** Resolves when the peer can take more; at once when it is gone or has been told the end. */
  write(stream: OutputStream, chunk: Uint8Array): Promise<void>;
  exit(exit: ExecExit): void;
  /** Drops what is still written, for an answer that has not begun and is given in another way. */
  abandon(): void;
  fail(message: string, reason: string): void;
}

export interface ExecStreamWriterOptions {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly workerId: string;
  /** Whether the peer asked for an exit record. */
  readonly exitRecord: boolean;
  /** How long the peer may take nothing before it counts as gone. */
  readonly stallMs: number;
}

/** Creates the writer of worker protocol 4.9. It sends nothing before the first output, the exit or a failure. */
export function createExecStreamWriter(options: ExecStreamWriterOptions): ExecStreamWriter {
  const { response, requestId, workerId } = options;
  const decoders = { stdout: createOutputTextDecoder(), stderr: createOutputTextDecoder() };
  const ending = new AbortController();
  let ended = false;
  let draining: Promise<void> | undefined;

  function drain(): Promise<void> {
    draining ??= settled(response, 'drain', options.stallMs, ending.signal).finally(() => {
      draining = undefined;
    });
    return draining;
  }

  function start(): void {
    if (response.headersSent || response.destroyed) return;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      ...(options.exitRecord ? { [STREAM_EXIT_HEADER]: '1' } : {}),
    });
  }

  function send(content: {
    readonly result?: ExecStreamResultWire;
    readonly error?: string;
    readonly reason?: string;
  }): boolean {
    if (response.destroyed) return true;
    start();
    return response.write(`${encodeJson({ id: requestId, worker_id: workerId, ...content })}\n`);
  }

  function sendHeldBack(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      for (const data of decoders[stream].end()) send({ result: { stream, data } });
    }
  }

  function end(): void {
    ended = true;
    ending.abort();
    start();
    if (response.destroyed) return;
    response.end();
    void settled(response, 'finish', options.stallMs);
  }

  return {
    get started() {
      return response.headersSent;
    },
    async write(stream, chunk) {
      if (ended) return;
      let writable = true;
      for (const data of decoders[stream].decode(chunk)) writable = send({ result: { stream, data } });
      if (!writable && !response.destroyed) await drain();
    },
    exit(exit) {
      sendHeldBack();
      if (options.exitRecord) {
        const { exitCode, timedOut, durationMs } = exit;
        send({
          result: { exit: { exit_code: exitCode, timed_out: timedOut, duration_ms: Math.round(durationMs) } },
        });
      } else if (exit.timedOut) {
        send({ error: 'context deadline exceeded', reason: 'exec_timeout' });
      }
      end();
    },
    abandon() {
      ended = true;
    },
    fail(error, reason) {
      sendHeldBack();
      send({ error, reason });
      end();
    },
  };
}

/**
 * Resolves with the event, the signal or the end of the connection, which is closed when none of them comes within
 * `stallMs`.
 */
function settled(
  response: ServerResponse,
  event: 'drain' | 'finish',
  stallMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), stallMs);
    timer.unref();
    const done = (): void => {
      clearTimeout(timer);
      response.off(event, done).off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    response.on(event, done).on('close', done);
    signal?.addEventListener('abort', done);
  });
}
