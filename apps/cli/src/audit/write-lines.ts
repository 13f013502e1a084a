import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { CommandFailure } from '../failure.js';

const CHUNK_CHARACTERS = 64 * 1024;

/** Writes lines to standard output, or to a file for its owner alone, which is not left half written. @throws CommandFailure */
export async function writeLines(
  lines: AsyncIterable<string>,
  { path, replace }: { readonly path: string | undefined; readonly replace: boolean },
): Promise<void> {
  if (path === undefined) {
    for await (const line of lines) {
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    }
    return;
  }
  const file = await open(path, replace ? 'w' : 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      error.code === 'EEXIST'
        ? `${path} exists; --force replaces it`
        : `${path} cannot be written: ${error.code}`,
      1,
      { cause: error },
    );
  });
  let isWhole = false;
  try {
    let waiting = '';
    for await (const line of lines) {
      waiting += `${line}\n`;
      if (waiting.length < CHUNK_CHARACTERS) continue;
      await file.appendFile(waiting);
      waiting = '';
    }
    await file.appendFile(waiting);
    await file.sync();
    isWhole = true;
  } finally {
    await file.close();
    if (!isWhole) await rm(path, { force: true });
  }
}
