import type { FileInfo, SandboxFiles } from '@stacyvm/providers';
import type { FileInfo as RpcFileInfo, RpcFileMethods } from '@stacyvm/worker-rpc';
import type { Holdings } from './holdings.js';
import { translated } from './provider-errors.js';

/** What the control plane may do with files: those of sandboxes that this worker holds. */
export function createFileMethods(holdings: Pick<Holdings, 'use'>): RpcFileMethods {
  const on = <T>(
    { sandboxId }: { readonly sandboxId: string },
    work: (files: SandboxFiles, sandboxId: string) => Promise<T>,
  ): Promise<T> => translated(() => holdings.use(sandboxId, ({ files }) => work(files, sandboxId)));

  return {
    write: (params, content, { signal }) =>
      on(params, (files, id) =>
        files.write(id, { path: params.path, mode: params.mode, content }, { signal }),
      ),
    read: (params, { signal, onInfo, onContent }) =>
      on(params, async (files, id) => {
        await files.read(id, params.path, { onInfo: (info) => onInfo(described(info)), onContent, signal });
      }),
    list: (params, { signal }) =>
      on(params, async (files, id) => (await files.list(id, params.path || '/', { signal })).map(described)),
    delete: (params, { signal }) =>
      on(params, (files, id) => files.delete(id, params.path, { recursive: params.recursive, signal })),
    move: (params, { signal }) =>
      on(params, (files, id) => files.move(id, params.oldPath, params.newPath, { signal })),
    chmod: (params, { signal }) =>
      on(params, (files, id) => files.chmod(id, params.path, params.mode, { signal })),
    stat: (params, { signal }) =>
      on(params, async (files, id) => described(await files.stat(id, params.path, { signal }))),
    glob: (params, { signal }) => on(params, (files, id) => files.glob(id, params.pattern, { signal })),
  };
}

function described({ path, size, mode, isDirectory, modifiedAt }: FileInfo): RpcFileInfo {
  return { path, size, mode, isDirectory, modifiedAt: modifiedAt.toISOString().replace('.000Z', 'Z') };
}
