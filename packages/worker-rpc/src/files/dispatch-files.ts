import { type AnswerHold, holdAnswer } from '../answer-pool.js';
import { RpcMethodError } from '../errors.js';
import type { RpcContext, RpcMethods } from '../rpc-calls.js';
import type { RpcFileMethods } from './file-calls.js';
import { fileInfoToWire } from './file-messages.js';
import type { FileParams } from './file-params.js';

/** A call of a method of files whose params are checked. */
export interface FileCall {
  readonly method:
    | 'worker.file_write'
    | 'worker.file_read'
    | 'worker.file_list'
    | 'worker.file_delete'
    | 'worker.file_move'
    | 'worker.file_chmod'
    | 'worker.file_stat'
    | 'worker.file_glob';
  readonly params: FileParams;
}

/** @throws RpcMethodError `not_implemented` where a worker has none */
export function filesOf({ files }: RpcMethods): RpcFileMethods {
  if (files !== undefined) return files;
  throw new RpcMethodError('not_implemented', 'worker RPC method is not implemented by this worker runtime');
}

export interface ServedFiles {
  readonly files: RpcFileMethods;
  /** The most content that an answer in one piece carries. */
  readonly contentBytes: number;
  readonly hold: AnswerHold;
}

/** Of a call that only reads, which may be made again. */
export function tooMuchHeld(): RpcMethodError {
  return new RpcMethodError('busy', 'the worker is busy: it holds too many long answers; try again');
}

/** Serves a call in one piece, as the reference protocol has it, and tells its result for the wire. */
export async function dispatchFile(
  { method, params }: FileCall,
  served: ServedFiles,
  context: RpcContext,
): Promise<unknown> {
  const { files } = served;
  const { sandboxId } = params;
  switch (method) {
    case 'worker.file_write':
      await files.write(params, whole(params.content), context);
      return undefined;
    case 'worker.file_read': {
      const content = await readWhole(params, served, context);
      return { sandbox_id: sandboxId, content: content.toString('base64') };
    }
    case 'worker.file_list': {
      const entries = await files.list(params, context);
      return { sandbox_id: sandboxId, files: entries.map(fileInfoToWire) };
    }
    case 'worker.file_delete':
      await files.delete(params, context);
      return undefined;
    case 'worker.file_move':
      await files.move(params, context);
      return undefined;
    case 'worker.file_chmod':
      await files.chmod(params, context);
      return undefined;
    case 'worker.file_stat':
      return { sandbox_id: sandboxId, file: fileInfoToWire(await files.stat(params, context)) };
    case 'worker.file_glob':
      return { sandbox_id: sandboxId, matches: await files.glob(params, context) };
  }
}

async function readWhole(
  params: FileParams,
  { files, contentBytes, hold }: ServedFiles,
  context: RpcContext,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const requireRoom = (size: number): void => {
    if (size > contentBytes) {
      throw new RpcMethodError(
        'too_large',
        `the file is larger than ${contentBytes} bytes; read it as a transfer`,
      );
    }
    if (!holdAnswer(hold, Math.ceil(size / 3) * 4)) throw tooMuchHeld();
  };
  await files.read(params, {
    ...context,
    onInfo: async ({ size }) => requireRoom(size),
    onContent: async (chunk) => {
      bytes += chunk.byteLength;
      requireRoom(bytes);
      chunks.push(Uint8Array.from(chunk));
    },
  });
  return Buffer.concat(chunks);
}

async function* whole(content: Uint8Array): AsyncGenerator<Uint8Array> {
  if (content.byteLength > 0) yield content;
}
