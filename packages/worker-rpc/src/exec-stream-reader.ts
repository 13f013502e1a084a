import type { IncomingMessage } from 'node:http';
import { WorkerRpcError } from './errors.js';
import { readBody } from './http-body.js';
import { LineTooLong, readLines } from './ndjson-lines.js';
import type { OutputStream } from './rpc-messages.js';
import { protocolError, type ReplyExpectation, readReply, readStreamResult } from './rpc-reply.js';
import { headerText, STREAM_EXIT_HEADER } from './worker-headers.js';

/** Takes output as it comes. A returned promise is awaited before more is read. */
export type OutputListener = (stream: OutputStream, data: string) => void | Promise<void>;

/** The end of a streamed program; `exitCode` is undefined when the worker is of a kind that never tells it. */
export interface ExecOutcome {
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly durationMs: number | undefined;
}

const LINE_LIMIT_BYTES = 1024 * 1024;
const ERROR_LIMIT_BYTES = 1024 * 1024;

/** Reads the answer to `worker.exec_stream` (worker protocol 4.9) to its end. */
export async function readExecStream(
  response: IncomingMessage,
  expected: ReplyExpectation,
  onOutput: OutputListener,
): Promise<ExecOutcome> {
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    const body = await readBody(response, ERROR_LIMIT_BYTES);
    readReply(status, body ?? new Uint8Array(), expected);
    throw protocolError(`the worker answered HTTP ${status} to a stream`, status);
  }
  const exitPromised = headerText(response.headers, STREAM_EXIT_HEADER) === '1';
  let outcome: ExecOutcome | undefined;
  try {
    for await (const line of readLines(response, LINE_LIMIT_BYTES)) {
      // Whoever goes on after the exit is not listened to: it could do so for ever.
      if (outcome !== undefined) break;
      if (line.length === 0) continue;
      const { output, exit } = readStreamResult(readReply(status, line, expected));
      if (output !== undefined) await onOutput(output.stream, output.data);
      outcome = exit;
    }
  } catch (error) {
    if (error instanceof LineTooLong)
      throw protocolError('the stream of the worker has a line over 1 MiB', status);
    throw error;
  }
  if (outcome !== undefined) return outcome;
  if (exitPromised) {
    throw new WorkerRpcError('stream_truncated', 'the stream of the worker ended without its exit record', {
      outcome: 'unknown',
      status,
    });
  }
  return { exitCode: undefined, timedOut: false, durationMs: undefined };
}
