import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';

const IDENTITY = /^as-[0-9a-f]{24}$/;

/**
 * The name that a file of records goes by, kept beside it as `<path>.sink`. So it is as lasting as the records are: on a
 * disk that is new the file begins from the start, whatever host and process write it, and on one that is shared all
 * continue the same file. Of several that make it at once the last one counts, so it is to be asked for each time.
 *
 * @throws Error when there is something else at that path
 */
export async function fileIdentity(path: string): Promise<string> {
  const beside = `${path}.sink`;
  const known = await read(beside);
  if (known !== undefined) return known;
  await make(beside);
  const made = await read(beside);
  if (made === undefined) throw new Error(`${beside} went away while it was made`);
  return made;
}

/** It is there as a whole or not at all. */
async function make(beside: string): Promise<void> {
  const mine = `${beside}.${randomBytes(6).toString('hex')}`;
  const file = await open(mine, 'wx', 0o600);
  try {
    await file.writeFile(`as-${randomBytes(12).toString('hex')}\n`);
    await file.sync();
    await rename(mine, beside);
  } catch (error) {
    await unlink(mine).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function read(beside: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(beside, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (IDENTITY.test(text)) return text;
  throw new Error(`${beside} is no identity of a sink; remove it, and all records are written again`);
}
