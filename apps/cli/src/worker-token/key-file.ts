import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { CommandFailure } from '../failure.js';
import { readStandardInput } from './standard-input.js';

/** Reads the key file that an option names; `-` is standard input. The content is a key as the token library takes it. */
export async function readKeyFile(option: string, path: string): Promise<Buffer> {
  const name = path === '-' ? `the key for ${option}` : `the key file ${path}`;
  const bytes = path === '-' ? await readStandardInput(name) : await readBytes(path, name);
  // Whoever loads the same file as text must come to the same key.
  if (!isUtf8(bytes)) throw new CommandFailure(`${name} is not UTF-8 text`);
  if (bytes.toString('utf8').trim() === '') throw new CommandFailure(`${name} is empty`);
  return bytes;
}

async function readBytes(path: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailure(`${name} cannot be read: ${code}`, 1, { cause: error });
  }
}
