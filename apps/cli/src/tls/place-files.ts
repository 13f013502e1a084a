import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandFailure } from '../failure.js';

export interface FileToPlace {
  readonly path: string;
  readonly text: string;
  readonly mode: 0o600 | 0o644;
}

/**
 * Writes several files, all or none of them. Each appears in one step; what is there already stays unless it is to be
 * replaced, and comes back when one of the others cannot be put in its place.
 *
 * @throws CommandFailure
 */
export async function placeFiles(
  files: readonly FileToPlace[],
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const mark = randomBytes(8).toString('hex');
  const beside = (path: string, index: number, end: string): string =>
    join(dirname(path), `.stacyvm-${mark}-${index}.${end}`);
  const undo: (() => Promise<void>)[] = [];
  const leftovers: string[] = [];
  let current = '';
  try {
    for (const [index, file] of files.entries()) {
      current = file.path;
      const temporary = beside(file.path, index, 'new');
      await writeTemporary(temporary, file, () => leftovers.push(temporary));
    }
    for (const [index, { path }] of files.entries()) {
      current = path;
      const old = beside(path, index, 'old');
      if (replace && (await moved(path, old))) {
        leftovers.push(old);
        undo.push(() => rename(old, path));
      }
      // Unlike a rename, a link never replaces.
      await link(beside(path, index, 'new'), path);
      undo.push(() => rm(path));
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure(
      code === 'EEXIST'
        ? `${current} exists; nothing is changed`
        : `${current} cannot be written: ${code}; nothing is changed`,
      1,
      { cause: error },
    );
  } finally {
    for (const path of leftovers) await rm(path, { force: true });
  }
}

async function writeTemporary(
  path: string,
  { text, mode }: FileToPlace,
  onCreated: () => void,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  onCreated();
  try {
    await file.writeFile(text);
    // Whatever the umask says.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** False when there is nothing to move. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    if ((await lstat(from)).isDirectory())
      throw Object.assign(new Error(`${from} is a directory`), { code: 'EISDIR' });
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
