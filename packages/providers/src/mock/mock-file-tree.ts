import { posix } from 'node:path';
import { ProviderError, type ProviderErrorCode } from '../errors.js';
import type { FileInfo } from '../files/sandbox-files.js';

interface Node {
  /** Undefined for a directory. */
  content: Buffer | undefined;
  mode: number;
  modifiedAt: Date;
}

/** Files and directories in memory, by absolute path. */
export class MockFileTree {
  readonly #nodes = new Map<string, Node>();
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
    for (const path of ['/', '/workspace', '/tmp']) this.#makeDirectory(path);
  }

  paths(): readonly string[] {
    return [...this.#nodes.keys()].sort();
  }

  info(path: string): FileInfo {
    const { content, mode, modifiedAt } = this.#node(path);
    const size = content?.length ?? 0;
    const toTheSecond = new Date(Math.floor(modifiedAt.getTime() / 1000) * 1000);
    return {
      path,
      size,
      mode: mode.toString(8),
      isDirectory: content === undefined,
      modifiedAt: toTheSecond,
    };
  }

  content(path: string): Buffer {
    return this.#node(path).content ?? refuse('is_directory', path);
  }

  put(path: string, content: Buffer, mode: number): void {
    this.requireNoDirectory(path);
    this.makeParents(path);
    this.#nodes.set(path, { content, mode, modifiedAt: this.#clock() });
  }

  setMode(path: string, mode: number): void {
    this.#node(path).mode = mode;
  }

  /** What lies below a directory, at any depth. */
  below(path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return this.paths().filter((other) => other !== path && other.startsWith(prefix));
  }

  remove(path: string): void {
    for (const lower of this.below(path)) this.#nodes.delete(lower);
    this.#nodes.delete(path);
  }

  move(from: string, to: string): void {
    this.#node(from);
    this.requireNoDirectory(to);
    this.makeParents(to);
    for (const path of [from, ...this.below(from)]) {
      this.#nodes.set(`${to}${path.slice(from.length)}`, this.#node(path));
      this.#nodes.delete(path);
    }
  }

  makeParents(path: string): void {
    const parent = posix.dirname(path);
    const node = this.#nodes.get(parent);
    if (node?.content !== undefined) refuse('not_a_directory', path);
    if (node !== undefined) return;
    this.makeParents(parent);
    this.#makeDirectory(parent);
  }

  requireNoDirectory(path: string): void {
    const node = this.#nodes.get(path);
    if (node !== undefined && node.content === undefined) refuse('is_directory', path);
  }

  #makeDirectory(path: string): void {
    this.#nodes.set(path, { content: undefined, mode: 0o755, modifiedAt: this.#clock() });
  }

  #node(path: string): Node {
    return this.#nodes.get(path) ?? refuse('file_not_found', path);
  }
}

export function refuse(code: ProviderErrorCode, path: string): never {
  throw new ProviderError(code, `${JSON.stringify(path)}: ${code.replaceAll('_', ' ')}`);
}
