import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { CommandFailure } from '../failure.js';
import { readStandardInput } from './standard-input.js';

const PRIVATE = 0o600;

/** Reads the key file that an option names; `-` is standard input. The content is a key as the token library takes it. */
export async function readKeyFile(option: string, path: string): Promise<Buffer> {
  const name = path === '-' ? `the key for ${option}` : `the key file ${path}`;
  const bytes = path === '-' ? await readStandardInput(name) : await readBytes(path, name);
  // Whoever loads the same file as text must come to the same key.
  if (!isUtf8(bytes)) throw new CommandFailure(`${name} is not UTF-8 text`);
  if (bytes.toString('utf8').trim() === '') throw new CommandFailure(`${name} is empty`);
  return bytes;
}

/** Writes a key that only its owner can read. An existing file stays as it is unless `overwrite` is set. */
export async function writeKeyFile(
  path: string,
  key: string,
  { overwrite }: { overwrite: boolean },
): Promise<void> {
  try {
    if (overwrite) await replaceFile(path, `${key}\n`);
    else await writeFile(path, `${key}\n`, { flag: 'wx', mode: PRIVATE });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const message =
      code === 'EEXIST' ? `${path} exists; --force replaces it` : `${path} cannot be written: ${code}`;
    throw new CommandFailure(message, 1, { cause: error });
  }
}

/** A new file in its place: the old one may be readable by others, a link, or half of a key after a crash. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: PRIVATE });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readBytes(path: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailure(`${name} cannot be read: ${code}`, 1, { cause: error });
  }
}
