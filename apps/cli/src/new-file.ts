import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandFailure } from './failure.js';

/**
 * Writes a file for its owner alone, in one step: nobody sees half of it, and what is there already stays unless it is
 * to be replaced.
 *
 * @param content in parts where it comes bit by bit; what they throw is passed on, and then nothing is written
 * @throws CommandFailure
 */
export async function writeNewFile(
  path: string,
  content: string | AsyncIterable<string>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  // To be told before the content is fetched; the link below is what makes sure.
  if (!replace && existsSync(path)) throw exists(path);
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
    if (code === 'EEXIST') throw exists(path, error);
    throw new CommandFailure(`${path} cannot be written: ${code}`, 1, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

function exists(path: string, cause?: unknown): CommandFailure {
  return new CommandFailure(`${path} exists; --force replaces it`, 1, { cause });
}
