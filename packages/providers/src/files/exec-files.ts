import { randomBytes } from 'node:crypto';
import { ProviderError } from '../errors.js';
import type { ExecExit, ExecIo, ExecRequest } from '../provider.js';
import { fileFailure } from './file-failure.js';
import { compareText, parseFileInfo, parseFileList } from './file-listing.js';
import { absolutePath, absolutePattern, permissionBits, removablePath } from './file-path.js';
import { FILE_SCRIPTS } from './file-scripts.js';
import type { FileInfo, FileOptions, FileReader, FileWrite, SandboxFiles } from './sandbox-files.js';

/** Runs a program in a sandbox and keeps its output out of the sandbox's log. */
export type RunUnlogged = (sandboxId: string, request: ExecRequest, io: ExecIo) => Promise<ExecExit>;

/** For everything but the transfer of content, which takes as long as its reader and its source. */
const OPERATION_TIMEOUT_MS = 60_000;
/** Until the content of a file begins: a pipe that was put in the place of the file opens when somebody writes, or never. */
const OPEN_TIMEOUT_MS = 30_000;
const MAX_LISTING_BYTES = 4 * 1024 * 1024;
const MAX_STDERR_BYTES = 8 * 1024;
const MAX_INFO_BYTES = 256;
const LINE_FEED = 0x0a;

interface Script {
  readonly name: keyof typeof FILE_SCRIPTS;
  readonly args: readonly [string, ...string[]];
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onStdout?: (chunk: Uint8Array) => void | Promise<void>;
  readonly unlimited?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Files by programs of the sandbox itself. Whoever chooses a path, a link or what becomes of them meanwhile is within the
 * sandbox's mounts and has its rights: there is no path of the host that a trick could lead to.
 */
export class ExecFiles implements SandboxFiles {
  readonly #run: RunUnlogged;
  readonly #openTimeoutMs: number;

  constructor(
    run: RunUnlogged,
    { openTimeoutMs = OPEN_TIMEOUT_MS }: { readonly openTimeoutMs?: number } = {},
  ) {
    this.#run = run;
    this.#openTimeoutMs = openTimeoutMs;
  }

  async write(sandboxId: string, file: FileWrite, { signal }: FileOptions = {}): Promise<number> {
    const path = absolutePath(file.path);
    const mode = permissionBits(file.mode);
    const temporary = `.stacyvm-${randomBytes(12).toString('hex')}`;
    const counted = countBytes(file.content);
    try {
      const args = [path, temporary] as const;
      await this.#script(sandboxId, {
        name: 'receive',
        args,
        stdin: counted.content,
        unlimited: true,
        signal,
      });
      if (!counted.complete())
        throw new ProviderError('file_failed', 'the sandbox did not take all of the file');
      if (signal?.aborted) throw new ProviderError('cancelled', 'the write was cancelled');
      const size = counted.bytes();
      // Not to be cancelled: half of it would be as good as all of it.
      await this.#script(sandboxId, { name: 'commit', args: [...args, mode, String(size)] });
      return size;
    } catch (error) {
      // A sandbox that is gone has taken it along.
      await this.#script(sandboxId, { name: 'discard', args: [path, temporary] }).catch(() => {});
      throw error;
    }
  }

  async read(sandboxId: string, path: string, reader: FileReader): Promise<FileInfo> {
    const absolute = absolutePath(path);
    let head = Buffer.alloc(0);
    let info: FileInfo | undefined;
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), this.#openTimeoutMs);
    const onStdout = async (chunk: Uint8Array): Promise<void> => {
      if (info !== undefined) return await reader.onContent(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(LINE_FEED);
      if (end < 0 && head.length <= MAX_INFO_BYTES) return;
      clearTimeout(timer);
      info = parseFileInfo(absolute, head.toString('latin1', 0, Math.max(end, 0)));
      await reader.onInfo?.(info);
      if (end + 1 < head.length) await reader.onContent(head.subarray(end + 1));
    };
    const signal = AbortSignal.any([tooLate.signal, ...(reader.signal === undefined ? [] : [reader.signal])]);
    try {
      await this.#script(sandboxId, { name: 'read', args: [absolute], onStdout, unlimited: true, signal });
    } catch (error) {
      if (!tooLate.signal.aborted || reader.signal?.aborted) throw error;
      throw new ProviderError('file_failed', 'the sandbox took too long to open the file', { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (info === undefined) throw new ProviderError('file_failed', 'the sandbox did not tell about the file');
    return info;
  }

  async list(sandboxId: string, path: string, { signal }: FileOptions = {}): Promise<readonly FileInfo[]> {
    const absolute = absolutePath(path);
    const mark = `${randomBytes(12).toString('hex')} `;
    const text = await this.#text(sandboxId, { name: 'list', args: [absolute, mark], signal });
    return parseFileList(absolute, text, mark);
  }

  async delete(
    sandboxId: string,
    path: string,
    { recursive = false, signal }: FileOptions & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    const args = [removablePath(path), recursive ? 'recursive' : ''] as const;
    await this.#script(sandboxId, { name: 'delete', args, signal });
  }

  async move(sandboxId: string, from: string, to: string, { signal }: FileOptions = {}): Promise<void> {
    await this.#script(sandboxId, { name: 'move', args: [removablePath(from), absolutePath(to)], signal });
  }

  async chmod(sandboxId: string, path: string, mode: string, { signal }: FileOptions = {}): Promise<void> {
    if (mode === '') throw new ProviderError('invalid_request', 'mode is required');
    await this.#script(sandboxId, {
      name: 'chmod',
      args: [absolutePath(path), permissionBits(mode)],
      signal,
    });
  }

  async stat(sandboxId: string, path: string, { signal }: FileOptions = {}): Promise<FileInfo> {
    const absolute = absolutePath(path);
    return parseFileInfo(absolute, await this.#text(sandboxId, { name: 'stat', args: [absolute], signal }));
  }

  async glob(sandboxId: string, pattern: string, { signal }: FileOptions = {}): Promise<readonly string[]> {
    const args = [absolutePattern(pattern)] as const;
    const text = await this.#text(sandboxId, { name: 'glob', args, signal });
    return text.split('\0').slice(0, -1).sort(compareText);
  }

  async #text(sandboxId: string, script: Omit<Script, 'onStdout'>): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const onStdout = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > MAX_LISTING_BYTES) throw new ProviderError('too_large', 'the list is longer than 4 MiB');
      chunks.push(chunk);
    };
    await this.#script(sandboxId, { ...script, onStdout });
    return Buffer.concat(chunks).toString('utf8');
  }

  async #script(sandboxId: string, script: Script): Promise<void> {
    const { name, args, stdin, onStdout, signal } = script;
    let stderr = '';
    const exit = await this.#run(
      sandboxId,
      {
        mode: 'argv',
        command: '/bin/sh',
        args: ['-c', FILE_SCRIPTS[name], 'sh', ...args],
        env: { LC_ALL: 'C' },
        workdir: '/',
        ...(stdin === undefined ? {} : { stdin }),
        ...(script.unlimited ? {} : { timeoutMs: OPERATION_TIMEOUT_MS }),
      },
      {
        onOutput: (stream, chunk) => {
          if (stream === 'stdout') return onStdout?.(chunk);
          stderr = (stderr + Buffer.from(chunk).toString('utf8')).slice(-MAX_STDERR_BYTES);
        },
        ...(signal === undefined ? {} : { signal }),
      },
    );
    const failure = fileFailure(args[0], exit, stderr, signal);
    if (failure !== undefined) throw failure;
  }
}

function countBytes(source: AsyncIterable<Uint8Array>) {
  let bytes = 0;
  let complete = false;
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
    complete = true;
  }
  return { content: content(), bytes: () => bytes, complete: () => complete };
}
