import type { IncomingMessage, ServerResponse } from 'node:http';
import { RpcMethodError } from '../errors.js';
import { encodeJson } from '../json-encoding.js';
import type { OpenCall } from '../open-calls.js';
import type { RpcContext } from '../rpc-calls.js';
import { headerText, STREAM_HEADER } from '../worker-headers.js';
import type { RpcFileMethods } from './file-calls.js';
import { fileInfoToWire } from './file-messages.js';
import type { FileParams } from './file-params.js';
import { BrokenTransfer, createFrameReader, type FrameReader } from './frame-reader.js';
import { createFrameWriter } from './frame-writer.js';
import { FRAMES_TYPE } from './frames.js';

/** The value of `X-Worker-Stream` that asks for the content of a file as a transfer. */
export const FRAMES_STREAM = 'frames';

export function wantsTransfer(request: IncomingMessage): boolean {
  return headerText(request.headers, STREAM_HEADER).toLowerCase() === FRAMES_STREAM;
}

export function isTransfer(message: IncomingMessage): boolean {
  return headerText(message.headers, 'content-type').toLowerCase() === FRAMES_TYPE;
}

/** The transfer of a request; leaving it does not cost the connection, on which the answer is still to be sent. */
export function openTransfer(request: IncomingMessage, stallMs: number): FrameReader {
  request.setTimeout(stallMs, () => request.destroy());
  const reader = createFrameReader(request.iterator({ destroyOnReturn: false }));
  return {
    ...reader,
    close() {
      request.setTimeout(0);
      reader.close();
    },
  };
}

export interface ReceivedFile {
  readonly params: FileParams;
  readonly context: RpcContext;
  readonly transfer: FrameReader;
}

/** Writes a file from a transfer; the result of `worker.file_write` in this form. */
export async function receiveFile(files: RpcFileMethods, { params, context, transfer }: ReceivedFile) {
  let sha256: string | undefined;
  async function* content(): AsyncGenerator<Uint8Array> {
    const cancelled = () =>
      new RpcMethodError('invalid_request', 'the sender gave up', { reason: 'transfer_broken' });
    ({ sha256 } = yield* transfer.content(cancelled));
  }
  const size = await files.write(params, content(), context).catch((error: unknown) => {
    if (!(error instanceof BrokenTransfer)) throw error;
    throw new RpcMethodError('invalid_request', error.message, { reason: 'transfer_broken', cause: error });
  });
  if (sha256 === undefined) throw new Error('the file was written before all of it had arrived');
  return { sandbox_id: params.sandboxId, size, sha256 };
}

export interface SentFile {
  readonly params: FileParams;
  readonly context: RpcContext;
  readonly open: OpenCall;
  readonly workerId: string;
  readonly stallMs: number;
  readonly response: ServerResponse;
  /** Turns whatever a method threw into what the peer may know. */
  readonly describe: (error: unknown) => RpcMethodError;
}

/** Answers with the content of a file as it is read. Throws only as long as nothing has been sent. */
export async function sendFile(files: RpcFileMethods, file: SentFile): Promise<void> {
  const { params, context, open, workerId, response } = file;
  const writer = createFrameWriter(response, open.signal);
  response.setTimeout(file.stallMs, () => response.destroy());
  const read = files.read(params, {
    ...context,
    async onInfo(info) {
      if (response.destroyed || open.signal.aborted) return;
      response.writeHead(200, {
        'content-type': FRAMES_TYPE,
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const result = { sandbox_id: params.sandboxId, file: fileInfoToWire(info) };
      await writer.head(encodeJson({ id: context.requestId, worker_id: workerId, result }));
    },
    onContent: (chunk) => writer.data(chunk),
  });
  try {
    await open.unlessRevoked(read);
    await writer.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    const { message, reason } = file.describe(error);
    await createFrameWriter(response).failure(message, reason);
  } finally {
    response.setTimeout(0);
  }
  response.end();
}
