import type { RpcContext } from '../rpc-calls.js';
import type { FileInfo } from './file-messages.js';
import type { FileParams } from './file-params.js';

/** The context of `worker.file_read`. */
export interface FileReadContext extends RpcContext {
  /** Takes the description of the file, once and first. */
  onInfo(info: FileInfo): Promise<void>;
  /** Takes content. Wait for the promise before the next chunk: that is how a slow reader slows the file down. */
  onContent(chunk: Uint8Array): Promise<void>;
}

/** What a worker does with files. As in `RpcMethods`, every method may throw `RpcMethodError`. */
export interface RpcFileMethods {
  /**
   * Puts a file in place as a whole. `content` throws when it does not arrive whole or the caller is gone: then nothing may change.
   *
   * @returns the size in bytes
   */
  write(params: FileParams, content: AsyncIterable<Uint8Array>, context: RpcContext): Promise<number>;
  read(params: FileParams, context: FileReadContext): Promise<void>;
  /** An empty path is the root. */
  list(params: FileParams, context: RpcContext): Promise<readonly FileInfo[]>;
  delete(params: FileParams, context: RpcContext): Promise<void>;
  move(params: FileParams, context: RpcContext): Promise<void>;
  chmod(params: FileParams, context: RpcContext): Promise<void>;
  stat(params: FileParams, context: RpcContext): Promise<FileInfo>;
  glob(params: FileParams, context: RpcContext): Promise<readonly string[]>;
}
