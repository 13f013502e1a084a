import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerHold } from './answer-pool.js';
import { RpcMethodError } from './errors.js';
import { createExecStreamWriter } from './exec-stream-writer.js';
import type { OpenCall } from './open-calls.js';
import { createOutputCapture, type OutputCaptureOptions, type OutputPiece } from './output-capture.js';
import type { RpcContext, RpcMethods } from './rpc-calls.js';
import type { ExecResultWire, OutputStream } from './rpc-messages.js';
import type { ExecParams } from './rpc-params.js';
import { headerText, STREAM_EXIT_HEADER, STREAM_HEADER } from './worker-headers.js';

export interface CapturedExec {
  readonly params: ExecParams;
  readonly context: RpcContext;
  readonly outputBytes: number;
  /** Where the room for its output comes from. */
  readonly hold: AnswerHold;
}

/** Runs a program and tells its output in one piece: the result of `worker.exec`. */
export async function execUnary(methods: RpcMethods, exec: CapturedExec): Promise<ExecResultWire> {
  // Nobody is told the order of the streams: one run of each is enough.
  const { pieces, truncated, exit } = await execCaptured(methods, exec, { maxRuns: 2 });
  return {
    sandbox_id: exec.params.sandboxId,
    exit_code: exit.exitCode,
    stdout: textOf(pieces, 'stdout'),
    stderr: textOf(pieces, 'stderr'),
    ...(truncated ? { truncated } : {}),
    timed_out: false,
    duration_ms: Math.round(exit.durationMs),
  };
}

/** The result of `worker.exec_stream` for a peer that did not ask for live output. */
export async function execChunks(methods: RpcMethods, exec: CapturedExec): Promise<unknown> {
  const { pieces, truncated } = await execCaptured(methods, exec);
  return {
    sandbox_id: exec.params.sandboxId,
    chunks: pieces,
    ...(truncated ? { truncated } : {}),
  };
}

async function execCaptured(
  methods: RpcMethods,
  { params, context, outputBytes, hold }: CapturedExec,
  order: Pick<OutputCaptureOptions, 'maxRuns'> = {},
) {
  const capture = createOutputCapture(outputBytes, { ...order, take: hold.take });
  // Nobody is told then, and the program may take its time to end.
  if (context.signal.aborted) capture.discard();
  else context.signal.addEventListener('abort', capture.discard, { once: true });
  const exit = await methods
    .exec(params, {
      ...context,
      onOutput(stream, chunk) {
        capture.write(stream, chunk);
        return Promise.resolve();
      },
    })
    .finally(() => context.signal.removeEventListener('abort', capture.discard));
  if (exit.timedOut) throw new RpcMethodError('exec_timeout', `exec timeout: ${params.runtimeId}`);
  const pieces = capture.end();
  return { pieces, truncated: capture.truncated || undefined, exit };
}

function textOf(pieces: readonly OutputPiece[], stream: OutputStream): string {
  return pieces
    .filter((piece) => piece.stream === stream)
    .map((piece) => piece.data)
    .join('');
}

export function wantsLiveOutput(request: IncomingMessage): boolean {
  return headerText(request.headers, STREAM_HEADER).toLowerCase() === 'ndjson';
}

export interface LiveExec {
  readonly params: ExecParams;
  readonly context: RpcContext;
  readonly open: OpenCall;
  readonly workerId: string;
  readonly stallMs: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Turns whatever a method threw into what the peer may know. */
  readonly describe: (error: unknown) => RpcMethodError;
}

/** Runs a program and sends its output while it runs. Throws only as long as nothing has been sent. */
export async function execLive(methods: RpcMethods, exec: LiveExec): Promise<void> {
  const { context, request, response } = exec;
  const writer = createExecStreamWriter({
    response,
    requestId: context.requestId,
    workerId: exec.workerId,
    exitRecord: headerText(request.headers, STREAM_EXIT_HEADER) === '1',
    stallMs: exec.stallMs,
  });
  try {
    const onOutput = (stream: OutputStream, chunk: Uint8Array): Promise<void> => writer.write(stream, chunk);
    writer.exit(await exec.open.unlessRevoked(methods.exec(exec.params, { ...context, onOutput })));
  } catch (error) {
    if (!writer.started) {
      writer.abandon();
      throw error;
    }
    const { message, reason } = exec.describe(error);
    writer.fail(message, reason);
  }
}
