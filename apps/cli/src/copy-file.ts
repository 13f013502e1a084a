import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import type { ApiClient } from '@stacyvm/api';
import { CommandFailure } from './failure.js';

/** A local file and where it goes in the sandbox. */
export interface FileCopy {
  readonly local: string;
  readonly target: string;
}

const PERMISSIONS = 0o777;

/** Reads `local[:/workspace/path]`; without a path the file keeps its name. */
export function parseFileCopy(text: string): FileCopy {
  const separator = text.lastIndexOf(':/');
  const local = separator < 0 ? text : text.slice(0, separator);
  const target = separator < 0 ? `/workspace/${basename(local)}` : text.slice(separator + 1);
  if (local === '') throw new CommandFailure('--file must be LOCAL or LOCAL:/workspace/PATH', 2);
  if (posix.normalize(target) !== target || !target.startsWith('/workspace/') || target.endsWith('/')) {
    throw new CommandFailure(`--file ${text}: the path in the sandbox must be a file below /workspace`, 2);
  }
  return { local, target };
}

/** Refuses what cannot be copied before a sandbox is asked for it. */
export async function checkLocalFile({ local }: Pick<FileCopy, 'local'>): Promise<void> {
  const entry = await stat(local).catch((error: unknown) => {
    throw unreadable(local, error);
  });
  if (!entry.isFile()) throw new CommandFailure(`${local} is not a file`);
}

/** Copies a file into a sandbox, with its permissions. Tells its size in bytes. */
export async function uploadFile(
  client: ApiClient,
  sandboxId: string,
  { local, target }: FileCopy,
  signal: AbortSignal,
): Promise<number> {
  const mode = ((await stat(local)).mode & PERMISSIONS).toString(8).padStart(4, '0');
  const content = createReadStream(local);
  let failure: unknown;
  content.once('error', (error) => {
    failure = error;
  });
  try {
    return await client.files.upload(
      sandboxId,
      target,
      Readable.toWeb(content) as ReadableStream<Uint8Array>,
      {
        mode,
        signal,
      },
    );
  } catch (error) {
    throw failure === undefined ? error : unreadable(local, failure);
  } finally {
    content.destroy();
  }
}

/**
 * Copies a file out of a sandbox, with its permissions as far as the umask lets them. It takes the place of a file that is there when
 * all of it has arrived. Tells its size in bytes.
 */
export async function downloadFile(
  client: ApiClient,
  sandboxId: string,
  source: string,
  local: string,
  signal: AbortSignal,
): Promise<number> {
  const temporary = join(dirname(local), `.stacyvm-${randomBytes(6).toString('hex')}`);
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
    throw unwritable(local, error);
  });
  try {
    const write = async (chunk: Uint8Array): Promise<void> => {
      for (let written = 0; written < chunk.byteLength; ) {
        written += (await file.write(chunk, written)).bytesWritten;
      }
    };
    const { size, mode } = await client.files.download(sandboxId, source, write, { signal });
    await file.close();
    await chmod(temporary, Number.parseInt(mode ?? '644', 8) & PERMISSIONS & ~process.umask());
    await rename(temporary, local);
    return size;
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error instanceof Error && 'syscall' in error ? unwritable(local, error) : error;
  }
}

/** Where a file goes that is copied to a local path: into a directory, else there. */
export async function localTarget(path: string, name: string): Promise<string> {
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isDirectory()) return join(path, name);
  if (entry !== undefined && !entry.isFile()) throw new CommandFailure(`${path} is not a file`);
  return path;
}

function unreadable(local: string, error: unknown): CommandFailure {
  return new CommandFailure(`${local} cannot be read: ${codeOf(error)}`, 1, { cause: error });
}

function unwritable(local: string, error: unknown): CommandFailure {
  return new CommandFailure(`${local} cannot be written: ${codeOf(error)}`, 1, { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
