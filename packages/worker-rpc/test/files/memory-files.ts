import { type FileInfo, type FileParams, type RpcFileMethods, RpcMethodError } from '../../src/index.js';

export interface MemoryFiles extends RpcFileMethods {
  readonly contents: Map<string, Buffer>;
  readonly seen: FileParams[];
}

/** Files of a worker in memory, put in place as a whole, and what was asked of them. */
export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Buffer>();
  const seen: FileParams[] = [];
  const contentOf = (path: string): Buffer => {
    const content = contents.get(path);
    if (content === undefined) throw new RpcMethodError('file_not_found', `no such file: ${path}`);
    return content;
  };
  const info = (path: string): FileInfo => {
    const size = contentOf(path).length;
    return { path, size, mode: '644', isDirectory: false, modifiedAt: '2030-01-01T00:00:00Z' };
  };
  return {
    contents,
    seen,
    async write(params, content) {
      seen.push(params);
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
      contents.set(params.path, Buffer.concat(chunks));
      return Buffer.concat(chunks).length;
    },
    async read(params, { onInfo, onContent }) {
      seen.push(params);
      await onInfo(info(params.path));
      const content = contentOf(params.path);
      for (let start = 0; start < content.length; start += 65_536) {
        await onContent(content.subarray(start, start + 65_536));
      }
    },
    async list(params) {
      seen.push(params);
      return [...contents.keys()].map(info);
    },
    async delete(params) {
      seen.push(params);
      contentOf(params.path);
      contents.delete(params.path);
    },
    async move(params) {
      seen.push(params);
      contents.set(params.newPath, contentOf(params.oldPath));
      contents.delete(params.oldPath);
    },
    async chmod(params) {
      seen.push(params);
      contentOf(params.path);
    },
    async stat(params) {
      seen.push(params);
      return info(params.path);
    },
    async glob(params) {
      seen.push(params);
      return [...contents.keys()];
    },
  };
}
