import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  forbidForks,
  isWritable,
  listChildren,
  listPids,
  readCounter,
  removeCgroup,
  tryRemove,
  writeControl,
} from './cgroup-directory.js';
import type { CgroupResource } from './cgroup-mounts.js';
import { type CgroupLimits, type Cgroups, RESERVED_PIDS, type SandboxCgroup } from './cgroups.js';

const LIMIT_FILES: Readonly<Record<CgroupResource, string>> = {
  memory: 'memory.limit_in_bytes',
  pids: 'pids.max',
  cpu: 'cpu.cfs_quota_us',
};
const CPU_PERIOD_US = 100_000;
const REMOVE_TIMEOUT_MS = 5_000;

/** cgroup v1: a tree of its own for each resource; an exec has a child in one of them, so that it can be killed whole. */
export function openCgroupV1(own: ReadonlyMap<CgroupResource, string>, name: string): Cgroups | undefined {
  const bases = new Map<CgroupResource, string>();
  for (const [resource, directory] of own) {
    const base = join(directory, name);
    if (makeDirectory(base) && isWritable(base, LIMIT_FILES[resource])) bases.set(resource, base);
  }
  if (bases.size === 0) return undefined;
  const all = [...bases.values()];
  return {
    version: 1,
    bases: all,
    enforced: [...bases.keys()],
    create: (sandboxId, limits) => createSandbox(bases, sandboxId, limits),
    list: () => [...new Set(all.flatMap(listChildren))],
    remove: async (sandboxId) => {
      const removed = await Promise.all(
        all.map((base) => removeCgroup(join(base, sandboxId), REMOVE_TIMEOUT_MS)),
      );
      return removed.every(Boolean);
    },
    close: () => {
      for (const base of all) tryRemove(base);
    },
  };
}

function createSandbox(
  bases: ReadonlyMap<CgroupResource, string>,
  sandboxId: string,
  limits: CgroupLimits,
): SandboxCgroup {
  const directories = new Map([...bases].map(([resource, base]) => [resource, join(base, sandboxId)]));
  for (const [resource, directory] of directories) {
    mkdirSync(directory, { recursive: true });
    applyLimit(resource, directory, limits);
  }
  const execParent = directories.get('pids') ?? [...directories.values()][0] ?? '';
  const shared = [...directories.values()].filter((directory) => directory !== execParent);
  const memory = directories.get('memory');
  return {
    procs: [...directories.values()].map(procsOf),
    directories: [...directories.values()],
    createExec: (execId) => {
      const directory = join(execParent, execId);
      mkdirSync(directory);
      if (directories.has('pids')) writeControl(directory, 'pids.max', String(limits.pids));
      return {
        procs: [...shared, directory].map(procsOf),
        forbidForks: () => forbidForks(directory),
        pids: () => listPids(directory),
        tryRemove: () => tryRemove(directory),
      };
    },
    oomKills: () => (memory === undefined ? 0 : readCounter(memory, 'memory.oom_control', 'oom_kill')),
  };
}

function applyLimit(resource: CgroupResource, directory: string, limits: CgroupLimits): void {
  const bytes = String(limits.memoryMb * 1024 * 1024);
  const value = {
    memory: bytes,
    pids: String(limits.pids + RESERVED_PIDS),
    cpu: String(Math.max(1_000, Math.round(limits.vcpus * CPU_PERIOD_US))),
  }[resource];
  if (resource === 'cpu') writeControl(directory, 'cpu.cfs_period_us', String(CPU_PERIOD_US));
  if (!writeControl(directory, LIMIT_FILES[resource], value)) {
    throw new Error(`the kernel refused the ${resource} limit`);
  }
  // Absent where the kernel does not account swap.
  if (resource === 'memory') writeControl(directory, 'memory.memsw.limit_in_bytes', bytes);
}

function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

function procsOf(directory: string): string {
  return join(directory, 'cgroup.procs');
}
