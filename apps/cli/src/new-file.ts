import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandFailure } from './failure.js';

/**
 * Writes a file for its owner alone, in one step: nobody sees half of it, and what is there already stays unless it is
 * to be replaced.
 *
 * @param options.remedy what to do about a file that is there already
 * @param content in parts where it comes bit by bit; what they throw is passed on, and then nothing is written
 * @throws CommandFailure
 */
export async function writeNewFile(
  path: string,
  content: string | AsyncIterable<string>,
  { replace, remedy = '--force replaces it' }: { readonly replace: boolean; readonly remedy?: string },
): Promise<void> {
  // To be told before the content is fetched; the link below is what makes sure.
  if (!replace && existsSync(path)) throw exists(path, remedy);
  const temporary = join(dirname(path), `.stacyvm-${randomBytes(8).toString('hex')}.new`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      // Whatever the umask says.
      await file.chmod(0o600);
      if (typeof content === 'string') await file.writeFile(content);
      else for await (const part of content) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link never replaces.
    if (replace) await rename(temporary, path);
    else await link(temporary, path);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    if (code === 'EEXIST') throw exists(path, remedy, error);
    throw new CommandFailure(`${path} cannot be written: ${code}`, 1, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Writes what is told once into a new file: the place for it is made before it is asked for, so that nothing is made that cannot be kept.
 *
 * @param path undefined: the caller shows it, and nothing is written
 * @param make asks for it
 * @param loss what to do when it was made and could not be written after all, on a full disk for instance
 * @returns what was made
 * @throws CommandFailure
 */
export async function writeToldOnce<T>(
  path: string | undefined,
  make: () => Promise<T>,
  textOf: (made: T) => string,
  loss: (made: T) => string,
): Promise<T> {
  if (path === undefined) return make();
  let made: { readonly value: T } | undefined;
  async function* content(): AsyncGenerator<string> {
    const value = await make();
    made = { value };
    yield textOf(value);
  }
  try {
    await writeNewFile(path, content(), { replace: false, remedy: 'name another file' });
  } catch (error) {
    if (made === undefined) throw error;
    const reason = error instanceof Error ? error.message : path;
    throw new CommandFailure(`${reason}; ${loss(made.value)}`, 1, { cause: error });
  }
  if (made === undefined) throw new CommandFailure(`${path} was written without content`);
  return made.value;
}

function exists(path: string, remedy: string, cause?: unknown): CommandFailure {
  return new CommandFailure(`${path} exists; ${remedy}`, 1, { cause });
}
