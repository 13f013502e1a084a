import { once } from 'node:events';
import { writeNewFile } from '../new-file.js';

const CHUNK_CHARACTERS = 64 * 1024;

/** Writes lines to standard output, or to a file for its owner alone, which is not left half written. @throws CommandFailure */
export async function writeLines(
  lines: AsyncIterable<string>,
  { path, replace }: { readonly path: string | undefined; readonly replace: boolean },
): Promise<void> {
  if (path !== undefined) return writeNewFile(path, inChunks(lines), { replace });
  for await (const line of lines) {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
  }
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = '';
  for await (const line of lines) {
    waiting += `${line}\n`;
    if (waiting.length < CHUNK_CHARACTERS) continue;
    yield waiting;
    waiting = '';
  }
  yield waiting;
}
