import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { chmod, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '@stacyvm/providers';

/**
 * `not_private`: others may read or write the file, or may have put it there. `unreadable`, `unwritable`: any other
 * failure of the file system. `invalid_content`: the file is private and does not hold what it should.
 */
export type PrivateFileErrorCode = 'not_private' | 'unreadable' | 'unwritable' | 'invalid_content';

/** A file of the worker's own cannot be used. The message names the file and says what to do, never its content. */
export class PrivateFileError extends Error {
  override readonly name = 'PrivateFileError';

  constructor(
    readonly code: PrivateFileErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const OPEN_TO_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The content of a file that nobody but this user can have read or written; undefined when there is none. Links are not
 * followed, and the checks are made on the file that is then read.
 *
 * @param ownerId the user whose file it must be, by default that of the process
 * @throws PrivateFileError `not_private`, `unreadable`, `invalid_content` when it is larger than the limit
 */
export function readPrivateFile(
  path: string,
  limitBytes: number,
  ownerId = process.geteuid?.(),
): string | undefined {
  const descriptor = openPrivately(path);
  if (descriptor === undefined) return undefined;
  try {
    refuseSharedFile(path, descriptor, ownerId);
    refuseSharedDirectory(dirname(path), ownerId);
    const buffer = Buffer.alloc(limitBytes + 1);
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, length);
      length += read;
      if (length > limitBytes)
        throw new PrivateFileError('invalid_content', `${path} is larger than ${limitBytes} bytes`);
      if (read === 0) return buffer.toString('utf8', 0, length);
    }
  } catch (error) {
    if (error instanceof PrivateFileError) throw error;
    throw new PrivateFileError('unreadable', `${path} cannot be read (${systemCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

function openPrivately(path: string): number | undefined {
  try {
    // Non-blocking: opening a named pipe that nobody writes to would never end.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP')
      throw new PrivateFileError('not_private', `${path} is a symbolic link; put the file itself there`);
    throw new PrivateFileError('unreadable', `${path} cannot be read (${code})`);
  }
}

function refuseSharedDirectory(path: string, ownerId: number | undefined): void {
  const { uid, mode } = statSync(path);
  if (isForeign(uid, ownerId) || (mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new PrivateFileError(
      'not_private',
      `other users may write to the directory ${path} (uid ${uid}, mode ${octal(mode)}); give it to the worker's user and make it 0700`,
    );
  }
}

function refuseSharedFile(path: string, descriptor: number, ownerId: number | undefined): void {
  const status = fstatSync(descriptor);
  if (!status.isFile()) throw new PrivateFileError('not_private', `${path} is not a regular file`);
  if (isForeign(status.uid, ownerId)) {
    throw new PrivateFileError(
      'not_private',
      `${path} belongs to another user (uid ${status.uid}); give it to the worker's user`,
    );
  }
  if ((status.mode & OPEN_TO_OTHERS) !== 0) {
    throw new PrivateFileError(
      'not_private',
      `${path} is open to other users (mode ${octal(status.mode)}); make it 0600`,
    );
  }
}

function isForeign(uid: number, ownerId: number | undefined): boolean {
  return ownerId !== undefined && uid !== ownerId;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** A file that will be there with its whole content, or not at all. */
export interface StagedFile {
  /** Puts the content in place, on disk when it resolves. @throws PrivateFileError `unwritable`, and nothing is left */
  commit(text: string): Promise<void>;
  /** Gives up; what is in place stays. */
  discard(): Promise<void>;
}

/**
 * Begins to replace a private file (mode 0600, in a directory of mode 0700): the place for the content is made at once,
 * so that whoever pays for the content knows beforehand that it can be kept.
 *
 * @throws PrivateFileError `unwritable`
 */
export async function stagePrivateFile(path: string): Promise<StagedFile> {
  const directory = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await writing(path, async () => {
    await makeDirectory(directory, 0o700);
    await chmod(directory, 0o700);
    return open(temporary, 'wx', 0o600);
  });

  async function discard(): Promise<void> {
    await file.close();
    await rm(temporary, { force: true });
  }

  return {
    discard,
    commit: (text) =>
      writing(path, async () => {
        try {
          await file.chmod(0o600);
          await file.writeFile(text);
          await file.sync();
          await rename(temporary, path);
          await file.close();
        } catch (error) {
          await discard();
          throw error;
        }
        await syncDirectory(directory);
      }),
  };
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new PrivateFileError('unwritable', `${path} cannot be written (${systemCode(error)})`);
  }
}

/** Makes a rename last. */
async function syncDirectory(path: string): Promise<void> {
  let directory: FileHandle | undefined;
  try {
    directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    await directory.sync();
  } finally {
    await directory?.close();
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
