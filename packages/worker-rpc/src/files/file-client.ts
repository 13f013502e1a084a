import { sandboxParams } from '../rpc-call-params.js';
import type { CallOptions } from '../rpc-client.js';
import type { RpcMethodName } from '../rpc-methods.js';
import { callUnary, callWith, type RpcTransportCall, type RpcTransportOptions } from '../rpc-transport.js';
import { STREAM_HEADER } from '../worker-headers.js';
import type {
  FileDeleteRequest,
  FileGlobRequest,
  FileInfo,
  FileModeRequest,
  FileMoveRequest,
  FileParamsWire,
  FileTarget,
  FileWriteRequest,
} from './file-messages.js';
import {
  type FileListener,
  readFileAnswer,
  readFileInfo,
  readFileInfos,
  readMatches,
} from './file-replies.js';
import { FRAMES_TYPE } from './frames.js';
import { beginContent, fileTransfer } from './outgoing-file.js';
import { FRAMES_STREAM } from './serve-transfer.js';

/** The files of a worker's sandboxes. Every method throws `WorkerRpcError`. */
export interface RpcFileClient {
  /**
   * Writes a file. `content` is read as fast as the worker takes it, and only once the worker has accepted the call; what it throws
   * ends the call and is passed on. The file is put in place when all of it has arrived. Up to 256 KiB are sent in one piece, which a
   * reference worker understands too.
   *
   * @returns the size in bytes
   */
  write(
    request: FileWriteRequest,
    content: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<number>;
  /** Reads a file. It has arrived whole when the promise is fulfilled, and not otherwise. */
  read(request: FileTarget, options: CallOptions & FileListener): Promise<void>;
  list(request: FileTarget, options?: CallOptions): Promise<readonly FileInfo[]>;
  delete(request: FileDeleteRequest, options?: CallOptions): Promise<void>;
  move(request: FileMoveRequest, options?: CallOptions): Promise<void>;
  chmod(request: FileModeRequest, options?: CallOptions): Promise<void>;
  stat(request: FileTarget, options?: CallOptions): Promise<FileInfo>;
  glob(request: FileGlobRequest, options?: CallOptions): Promise<readonly string[]>;
}

export interface FileTimeouts {
  /** Of every call that transfers no content. */
  readonly fileMs: number;
  /** How long nothing may move in a transfer. */
  readonly fileStallMs: number;
}

export function createFileClient(transport: RpcTransportOptions, timeouts: FileTimeouts): RpcFileClient {
  const call = (
    method: RpcMethodName,
    params: FileParamsWire,
    { signal, reserve }: CallOptions = {},
  ): Promise<unknown> =>
    callUnary(transport, { method, params, timeoutMs: timeouts.fileMs, signal, reserve });

  return {
    async write(request, content, options = {}) {
      const { path, mode } = request;
      const params = { ...sandboxParams(request), path, ...(mode ? { mode } : {}) };
      const begun = await beginContent(content);
      if (begun.whole !== undefined) {
        await call('worker.file_write', { ...params, content: begun.whole.toString('base64') }, options);
        return begun.whole.length;
      }
      const transfer = fileTransfer(begun.rest);
      await callUnary(transport, {
        method: 'worker.file_write',
        params,
        headers: { 'content-type': FRAMES_TYPE },
        transfer,
        idleMs: timeouts.fileStallMs,
        signal: options.signal,
      });
      return transfer.bytes();
    },
    async read(request, { signal, reserve, ...listener }) {
      const { path } = request;
      const reading: RpcTransportCall = {
        method: 'worker.file_read',
        params: { ...sandboxParams(request), path },
        headers: { accept: FRAMES_TYPE, [STREAM_HEADER]: FRAMES_STREAM },
        idleMs: timeouts.fileStallMs,
        signal,
        reserve,
      };
      await callWith(transport, reading, (response, expected, room) =>
        readFileAnswer(response, expected, room, listener),
      );
    },
    async list(request, options) {
      const params = { ...sandboxParams(request), path: request.path };
      return readFileInfos(await call('worker.file_list', params, options));
    },
    async delete(request, options) {
      const { path, recursive } = request;
      const params = { ...sandboxParams(request), path, ...(recursive ? { recursive } : {}) };
      await call('worker.file_delete', params, options);
    },
    async move(request, options) {
      const { oldPath, newPath } = request;
      const params = { ...sandboxParams(request), old_path: oldPath, new_path: newPath };
      await call('worker.file_move', params, options);
    },
    async chmod(request, options) {
      const { path, mode } = request;
      await call('worker.file_chmod', { ...sandboxParams(request), path, mode }, options);
    },
    async stat(request, options) {
      const params = { ...sandboxParams(request), path: request.path };
      return readFileInfo(await call('worker.file_stat', params, options));
    },
    async glob(request, options) {
      const params = { ...sandboxParams(request), pattern: request.pattern };
      return readMatches(await call('worker.file_glob', params, options));
    },
  };
}
