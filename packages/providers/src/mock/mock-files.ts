import { posix } from 'node:path';
import { ProviderError } from '../errors.js';
import { absolutePath, absolutePattern, permissionBits, removablePath } from '../files/file-path.js';
import type { FileInfo, FileOptions, FileReader, FileWrite, SandboxFiles } from '../files/sandbox-files.js';
import { type MockFileTree, refuse } from './mock-file-tree.js';

const READ_BYTES = 64 * 1024;

/** The files of mock sandboxes. */
export class MockFiles implements SandboxFiles {
  readonly #treeOf: (sandboxId: string) => MockFileTree;

  constructor(treeOf: (sandboxId: string) => MockFileTree) {
    this.#treeOf = treeOf;
  }

  async write(sandboxId: string, file: FileWrite, { signal }: FileOptions = {}): Promise<number> {
    const path = absolutePath(file.path);
    const mode = Number.parseInt(permissionBits(file.mode), 8);
    const tree = this.#treeOf(sandboxId);
    tree.requireNoDirectory(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.content) {
      requireGoing(signal);
      chunks.push(Uint8Array.from(chunk));
    }
    requireGoing(signal);
    const content = Buffer.concat(chunks);
    tree.put(path, content, mode);
    return content.length;
  }

  async read(sandboxId: string, path: string, reader: FileReader): Promise<FileInfo> {
    const absolute = absolutePath(path);
    const tree = this.#treeOf(sandboxId);
    const content = tree.content(absolute);
    const info = tree.info(absolute);
    await reader.onInfo?.(info);
    for (let start = 0; start < content.length; start += READ_BYTES) {
      requireGoing(reader.signal);
      await reader.onContent(content.subarray(start, start + READ_BYTES));
    }
    return info;
  }

  async list(sandboxId: string, path: string): Promise<readonly FileInfo[]> {
    const absolute = absolutePath(path);
    const tree = this.#treeOf(sandboxId);
    if (!tree.info(absolute).isDirectory) refuse('not_a_directory', absolute);
    return tree
      .below(absolute)
      .filter((other) => posix.dirname(other) === absolute)
      .map((other) => tree.info(other));
  }

  async delete(sandboxId: string, path: string, options: { readonly recursive?: boolean } = {}) {
    const absolute = removablePath(path);
    const tree = this.#treeOf(sandboxId);
    tree.info(absolute);
    if (!options.recursive && tree.below(absolute).length > 0) refuse('directory_not_empty', absolute);
    tree.remove(absolute);
  }

  async move(sandboxId: string, from: string, to: string): Promise<void> {
    this.#treeOf(sandboxId).move(removablePath(from), absolutePath(to));
  }

  async chmod(sandboxId: string, path: string, mode: string): Promise<void> {
    if (mode === '') throw new ProviderError('invalid_request', 'mode is required');
    this.#treeOf(sandboxId).setMode(absolutePath(path), Number.parseInt(permissionBits(mode), 8));
  }

  async stat(sandboxId: string, path: string): Promise<FileInfo> {
    return this.#treeOf(sandboxId).info(absolutePath(path));
  }

  async glob(sandboxId: string, pattern: string): Promise<readonly string[]> {
    const matcher = shellPattern(absolutePattern(pattern));
    return this.#treeOf(sandboxId)
      .paths()
      .filter((path) => matcher.test(path));
  }
}

/** `*`, `?` and `[…]` of a shell, which cross no slash and meet no leading dot. */
function shellPattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\[!?[^/\]]+\]|[\s\S]/g, (token, offset: number) => {
    const guard = pattern[offset - 1] === '/' ? '(?!\\.)' : '';
    if (token === '*') return `${guard}[^/]*`;
    if (token === '?') return `${guard}[^/]`;
    if (token.length > 1) return `${guard}${token.replace('[!', '[^').replaceAll('\\', '\\\\')}`;
    return token.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ProviderError('cancelled', 'the operation on a file was cancelled');
}
