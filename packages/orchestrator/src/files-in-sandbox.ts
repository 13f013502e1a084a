import type { FileInfo, FileListener, ReserveAnswer, RpcFileClient } from '@stacyvm/worker-rpc';
import { type LiveSandbox, targetOf } from './live-sandbox.js';
import { fromWorkerFailure } from './worker-failure.js';

export interface FileContext {
  readonly signal?: AbortSignal | undefined;
  /** Asked before a long answer of a worker is read, but for content. */
  readonly reserve?: ReserveAnswer | undefined;
}

/**
 * Files of sandboxes, wherever they run. Besides what every call of a sandbox throws, `OrchestratorError`s say what the sandbox
 * answers about a path: `file_not_found`, `is_directory`, `not_a_directory`, `not_a_file`, `directory_not_empty`,
 * `permission_denied`, `no_space`, `too_large`, `file_failed`.
 */
export interface FilesInSandbox {
  /**
   * Puts a file in place once all of it has arrived. `content` is read as fast as the sandbox takes it; what it throws is passed on.
   *
   * @returns the size in bytes
   */
  write(
    id: string,
    file: { readonly path: string; readonly mode?: string | undefined },
    content: AsyncIterable<Uint8Array>,
    context: FileContext,
  ): Promise<number>;
  /** Hands out a file while it is read. Only when the promise is fulfilled was that all of it. */
  read(id: string, path: string, reader: FileListener, context: FileContext): Promise<void>;
  list(id: string, path: string, context: FileContext): Promise<readonly FileInfo[]>;
  delete(id: string, path: string, recursive: boolean, context: FileContext): Promise<void>;
  move(id: string, oldPath: string, newPath: string, context: FileContext): Promise<void>;
  chmod(id: string, path: string, mode: string, context: FileContext): Promise<void>;
  stat(id: string, path: string, context: FileContext): Promise<FileInfo>;
  glob(id: string, pattern: string, context: FileContext): Promise<readonly string[]>;
}

export function createFilesInSandbox(live: LiveSandbox): FilesInSandbox {
  async function on<T>(
    id: string,
    work: (files: RpcFileClient, target: ReturnType<typeof targetOf>) => Promise<T>,
  ): Promise<T> {
    const { sandbox, client } = await live.require(id);
    try {
      return await work(client.files, targetOf(sandbox));
    } catch (error) {
      await live.suspectAfter(error, sandbox);
      throw fromWorkerFailure(error, sandbox.workerId, id);
    }
  }

  return {
    write: (id, { path, mode }, content, { signal }) =>
      on(id, (files, target) => files.write({ ...target, path, mode }, content, { signal })),
    read: (id, path, reader, { signal, reserve }) =>
      on(id, (files, target) => files.read({ ...target, path }, { ...reader, signal, reserve })),
    list: (id, path, options) => on(id, (files, target) => files.list({ ...target, path }, options)),
    delete: (id, path, recursive, options) =>
      on(id, (files, target) => files.delete({ ...target, path, recursive }, options)),
    move: (id, oldPath, newPath, options) =>
      on(id, (files, target) => files.move({ ...target, oldPath, newPath }, options)),
    chmod: (id, path, mode, options) =>
      on(id, (files, target) => files.chmod({ ...target, path, mode }, options)),
    stat: (id, path, options) => on(id, (files, target) => files.stat({ ...target, path }, options)),
    glob: (id, pattern, options) => on(id, (files, target) => files.glob({ ...target, pattern }, options)),
  };
}
