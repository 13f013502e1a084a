import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchRoot } from '../../src/scratch-root.js';

export interface ScratchDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** A temporary directory: closed to other users, or open for passing through. */
export async function scratchDirectory(
  access: 'closed' | 'passable' = 'passable',
): Promise<ScratchDirectory> {
  const path = await mkdtemp(join(await scratchRoot(), 'stacyvm-store-'));
  await chmod(path, access === 'closed' ? 0o700 : 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
