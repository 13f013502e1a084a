import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { CredentialSource } from './credential-source.js';
import { CredentialError, type CredentialErrorCode } from './errors.js';
import { tokenOf } from './token-text.js';

export interface FileCredentialSourceOptions {
  readonly path: string;
  /** Told once if group or others may read the file; names the path and the mode. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const MAX_FILE_BYTES = 16 * 1024;
const OPEN_TO_OTHERS = 0o077;

/**
 * Reads a token file for every request, so that whoever writes it may replace it at any time. A refused token changes
 * nothing: the next request reads what is there then.
 */
export function fileCredentialSource(options: FileCredentialSourceOptions): CredentialSource {
  const { path, onWarning } = options;
  let warned = false;

  function onMode(mode: number): void {
    if (warned || (mode & OPEN_TO_OTHERS) === 0) return;
    warned = true;
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    onWarning?.(`token file ${path} is open to other users (mode ${octal}); make it 0600`);
  }

  return {
    describe: () => `token file ${path}`,
    async credential(signal) {
      signal?.throwIfAborted();
      return { token: tokenOf(await readTokenFile(path, onMode), `token file ${path}`) };
    },
    refused: () => false,
  };
}

async function readTokenFile(path: string, onMode: (mode: number) => void): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Non-blocking: opening a named pipe that nobody writes to would never end.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) {
      throw new CredentialError('credential_unreadable', `token file ${path} is not a regular file`);
    }
    onMode(status.mode);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_FILE_BYTES + 1), 0, MAX_FILE_BYTES + 1, 0);
    if (bytesRead > MAX_FILE_BYTES) {
      throw new CredentialError('credential_too_large', `token file ${path} is larger than 16 KiB`);
    }
    return buffer.subarray(0, bytesRead).toString('utf8');
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    const [code, problem] = problemOf(error);
    throw new CredentialError(code, `token file ${path} ${problem}`);
  } finally {
    await file?.close();
  }
}

function problemOf(error: unknown): readonly [CredentialErrorCode, string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return ['credential_missing', 'does not exist'];
  return ['credential_unreadable', `cannot be read (${code})`];
}
