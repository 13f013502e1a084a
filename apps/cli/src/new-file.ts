import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandFailure } from './failure.js';

/**
 * Writes a file for its owner alone, in one step: nobody sees half of it, and what is there already stays unless it is
 * to be replaced.
 *
 * @throws CommandFailure
 */
export async function writeNewFile(
  path: string,
  text: string,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const temporary = join(dirname(path), `.stacyvm-${randomBytes(8).toString('hex')}.new`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      // Whatever the umask says.
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link never replaces.
    if (replace) await rename(temporary, path);
    else await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure(
      code === 'EEXIST' ? `${path} exists; --force replaces it` : `${path} cannot be written: ${code}`,
      1,
      { cause: error },
    );
  } finally {
    await rm(temporary, { force: true });
  }
}
