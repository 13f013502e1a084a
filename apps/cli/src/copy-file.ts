import { open, stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { ApiClient } from '@stacyvm/api';
import { CommandFailure } from './failure.js';

/** A local file and where it goes in the sandbox. */
export interface FileCopy {
  readonly local: string;
  readonly target: string;
}

const CHUNK_BYTES = 2 * 1024 * 1024;
const WRITE = 'mkdir -p -- "$(dirname -- "$1")" && cat > "$1" && chmod "$2" "$1"';
const APPEND = 'cat >> "$1"';

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

/** Refuses what cannot be copied before a sandbox is spawned for it. */
export async function checkLocalFile({ local }: FileCopy): Promise<void> {
  const entry = await stat(local).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(`${local} cannot be read: ${error.code ?? 'unknown error'}`, 1, {
      cause: error,
    });
  });
  if (!entry.isFile()) throw new CommandFailure(`${local} is not a file`);
}

/** Copies a file, piece by piece, with its permissions. */
export async function copyFile(
  client: ApiClient,
  sandboxId: string,
  copy: FileCopy,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(copy.local);
  try {
    const mode = ((await file.stat()).mode & 0o777).toString(8);
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let first = true;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0 && !first) return;
      const result = await client.exec(
        sandboxId,
        {
          mode: 'argv',
          command: 'sh',
          args: ['-c', first ? WRITE : APPEND, 'copy', copy.target, mode],
          stdin: buffer.toString('base64', 0, bytesRead),
          stdin_encoding: 'base64',
        },
        { signal },
      );
      if (result.exit_code !== 0) {
        throw new CommandFailure(
          `${copy.local} could not be copied to ${copy.target}: ${result.stderr.trim()}`,
        );
      }
      first = false;
    }
  } finally {
    await file.close();
  }
}
