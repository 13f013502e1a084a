import { ApiError, isCancellation } from './errors.js';
import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls, refusalOf } from './http-calls.js';

export type FileInfo = components['schemas']['FileInfo'];

/** A file that has arrived whole. */
export interface DownloadedFile {
  /** Bytes. */
  readonly size: number;
  /** Permission bits in octal, where the sandbox's provider tells them. */
  readonly mode: string | undefined;
}

/** Files of sandboxes, as programs inside see them. A relative path begins at `/workspace`. Every method throws `ApiError`. */
export interface FilesClient {
  /**
   * Writes a file of any size, with its parent directories. It is put in place when all of it is there.
   *
   * @param options `mode`: permission bits in octal, `0644` when absent
   * @returns the size in bytes
   */
  upload(
    id: string,
    path: string,
    content: Uint8Array | Blob | ReadableStream<Uint8Array>,
    options?: CallOptions & { readonly mode?: string | undefined },
  ): Promise<number>;
  /**
   * Reads a file of any size.
   *
   * @param onContent is awaited for every chunk, so a slow reader slows the transfer down; what it throws is passed on
   * @throws ApiError `unreachable` when the transfer breaks off: what has been handed out is not the file then
   */
  download(
    id: string,
    path: string,
    onContent: (chunk: Uint8Array) => void | Promise<void>,
    options?: CallOptions,
  ): Promise<DownloadedFile>;
  list(id: string, path: string, options?: CallOptions): Promise<readonly FileInfo[]>;
  stat(id: string, path: string, options?: CallOptions): Promise<FileInfo>;
  /** @param pattern of the shell, without `**` */
  glob(id: string, pattern: string, options?: CallOptions): Promise<readonly string[]>;
  delete(
    id: string,
    path: string,
    options?: CallOptions & { readonly recursive?: boolean | undefined },
  ): Promise<void>;
  move(id: string, oldPath: string, newPath: string, options?: CallOptions): Promise<void>;
  chmod(id: string, path: string, mode: string, options?: CallOptions): Promise<void>;
}

export function createFilesClient({ http, call, settle }: HttpCalls): FilesClient {
  const target = (id: string) => ({ path: { id } });

  return {
    upload: async (id, path, content, { mode, signal } = {}) => {
      const { size } = await call(
        http.PUT('/sandboxes/{id}/files', {
          params: { ...target(id), query: { path, ...given({ mode }) } },
          headers: { 'Content-Type': 'application/octet-stream' },
          // The contract's word for bytes is a string.
          body: content as unknown as string,
          bodySerializer: (body) => body,
          // A stream as body is an error without it (fetch standard, section 5.4).
          duplex: 'half',
          ...given({ signal }),
        }),
      );
      return size ?? 0;
    },
    download: async (id, path, onContent, { signal } = {}) => {
      const result = await settle(
        http.GET('/sandboxes/{id}/files', {
          params: { ...target(id), query: { path } },
          parseAs: 'stream',
          ...given({ signal }),
        }),
      );
      if (result.error !== undefined || result.response.body === null) throw refusalOf(result);
      const mode = result.response.headers.get('x-file-mode') ?? undefined;
      return { size: await readContent(result.response.body, onContent), mode };
    },
    list: (id, path, { signal } = {}) =>
      call(
        http.GET('/sandboxes/{id}/files/list', {
          params: { ...target(id), query: { path } },
          ...given({ signal }),
        }),
      ),
    stat: (id, path, { signal } = {}) =>
      call(
        http.GET('/sandboxes/{id}/files/stat', {
          params: { ...target(id), query: { path } },
          ...given({ signal }),
        }),
      ),
    glob: (id, pattern, { signal } = {}) =>
      call(
        http.GET('/sandboxes/{id}/files/glob', {
          params: { ...target(id), query: { pattern } },
          ...given({ signal }),
        }),
      ),
    delete: async (id, path, { recursive, signal } = {}) => {
      await call(
        http.DELETE('/sandboxes/{id}/files', {
          params: { ...target(id), query: { path, ...given({ recursive }) } },
          ...given({ signal }),
        }),
      );
    },
    move: async (id, oldPath, newPath, { signal } = {}) => {
      await call(
        http.POST('/sandboxes/{id}/files/move', {
          params: target(id),
          body: { old_path: oldPath, new_path: newPath },
          ...given({ signal }),
        }),
      );
    },
    chmod: async (id, path, mode, { signal } = {}) => {
      await call(
        http.POST('/sandboxes/{id}/files/chmod', {
          params: target(id),
          body: { path, mode },
          ...given({ signal }),
        }),
      );
    },
  };
}

async function readContent(
  body: ReadableStream<Uint8Array>,
  onContent: (chunk: Uint8Array) => void | Promise<void>,
): Promise<number> {
  const reader = body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw brokenOff(error);
      });
      if (done) return size;
      size += value.byteLength;
      await onContent(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function brokenOff(cause: unknown): ApiError {
  if (isCancellation(cause)) return new ApiError('cancelled', 'the call was cancelled', {}, { cause });
  return new ApiError(
    'unreachable',
    'the file did not arrive whole: the transfer broke off; try again',
    { reason: 'download_broken_off' },
    { cause },
  );
}
