import { access, constants, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const MEMORY_ROOT = '/dev/shm';

/** A cluster with many small databases; with less room the memory is better left to the tests. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

/** Where clusters for tests live: in memory when there is plenty, because a new database is about a thousand files. */
export async function scratchRoot(): Promise<string> {
  try {
    await access(MEMORY_ROOT, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(MEMORY_ROOT);
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY_ROOT : tmpdir();
  } catch {
    return tmpdir();
  }
}
