import { type FileInfo, type RpcFileMethods, RpcMethodError } from '@stacyvm/worker-rpc';

/** Files of a worker in a Map, one for all sandboxes; `onCall` may refuse. */
export function memoryFiles(
  contents: Map<string, Buffer>,
  onCall: (call: string, sandboxId: string) => void,
): RpcFileMethods {
  const contentOf = (path: string): Buffer => {
    const content = contents.get(path);
    if (content === undefined)
      throw new RpcMethodError('file_not_found', `"${path}": no such file or directory`);
    return content;
  };
  const info = (path: string): FileInfo => {
    const size = contentOf(path).length;
    return { path, size, mode: '644', isDirectory: false, modifiedAt: '2030-01-01T00:00:00Z' };
  };
  return {
    async write({ sandboxId, path }, content) {
      onCall('write', sandboxId);
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
      const whole = Buffer.concat(chunks);
      contents.set(path, whole);
      return whole.length;
    },
    async read({ sandboxId, path }, { onInfo, onContent }) {
      onCall('read', sandboxId);
      await onInfo(info(path));
      await onContent(contentOf(path));
    },
    async list({ sandboxId }) {
      onCall('list', sandboxId);
      return [...contents.keys()].map(info);
    },
    async delete({ sandboxId, path, recursive }) {
      onCall(recursive ? 'delete all' : 'delete', sandboxId);
      contentOf(path);
      contents.delete(path);
    },
    async move({ sandboxId, oldPath, newPath }) {
      onCall('move', sandboxId);
      contents.set(newPath, contentOf(oldPath));
      contents.delete(oldPath);
    },
    async chmod({ sandboxId, path, mode }) {
      onCall(`chmod ${mode}`, sandboxId);
      contentOf(path);
    },
    async stat({ sandboxId, path }) {
      onCall('stat', sandboxId);
      return info(path);
    },
    async glob({ sandboxId, pattern }) {
      onCall(`glob ${pattern}`, sandboxId);
      return [...contents.keys()];
    },
  };
}
