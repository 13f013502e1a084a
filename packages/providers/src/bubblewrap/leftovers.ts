import { basename, dirname } from 'node:path';
import { ProviderError } from '../errors.js';
import { removeCgroup, tryRemove } from './cgroup-directory.js';
import type { Cgroups } from './cgroups.js';
import { bootId, endProcess } from './process-tree.js';
import type { StateDirectory } from './state-directory.js';

const END_TIMEOUT_MS = 10_000;

/**
 * Removes every trace of a sandbox: processes, cgroups, directory. Its directory goes last, because it says what else there is.
 *
 * @throws ProviderError `destroy_failed`; may be called again
 */
export async function removeLeftovers(
  sandboxId: string,
  state: StateDirectory,
  cgroups: Cgroups | undefined,
): Promise<void> {
  const record = await state.readRecord(sandboxId);
  if (record !== undefined && record.bootId === bootId()) {
    for (const target of record.processes) {
      if (!(await endProcess(target, END_TIMEOUT_MS))) {
        throw new ProviderError('destroy_failed', `sandbox ${sandboxId} has a process that cannot be killed`);
      }
    }
  }
  const removed = [(await cgroups?.remove(sandboxId)) ?? true];
  for (const directory of record?.cgroups ?? []) {
    // A record names cgroups of an earlier process, which may have stood elsewhere; nothing else may be removed by it.
    if (basename(directory) !== sandboxId || !basename(dirname(directory)).startsWith('stacyvm-')) continue;
    removed.push(await removeCgroup(directory, END_TIMEOUT_MS));
    if (!cgroups?.bases.includes(dirname(directory))) tryRemove(dirname(directory));
  }
  if (!removed.every(Boolean)) {
    throw new ProviderError('destroy_failed', `the cgroups of sandbox ${sandboxId} cannot be removed`);
  }
  await state.remove(sandboxId);
}
