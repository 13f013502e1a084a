import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  forbidForks,
  listChildren,
  listPids,
  readCounter,
  removeCgroup,
  tryRemove,
  writeControl,
} from './cgroup-directory.js';
import { CGROUP_RESOURCES, type CgroupResource } from './cgroup-mounts.js';
import { type CgroupLimits, type Cgroups, RESERVED_PIDS, type SandboxCgroup } from './cgroups.js';

const WORKER_LEAF = 'stacyvm-worker';
const CPU_PERIOD_US = 100_000;
const REMOVE_TIMEOUT_MS = 5_000;

/**
 * cgroup v2: one tree. A cgroup that hands controllers to its children may have no process of its own (cgroups(7), "no internal
 * processes"), so the worker moves into a leaf beside the sandboxes, and inside a sandbox every process is in a leaf too.
 */
export function openCgroupV2(own: string, name: string): Cgroups | undefined {
  const parent = basename(own) === WORKER_LEAF ? dirname(own) : own;
  const available = controllers(parent, 'cgroup.controllers');
  if (!available.has('memory') || !available.has('pids')) return undefined;
  if (!enableControllers(parent) && !(stepAside(parent) && enableControllers(parent))) return undefined;
  const base = join(parent, name);
  if (!makeBase(base)) return undefined;
  const enabled = controllers(base, 'cgroup.subtree_control');
  const enforced = CGROUP_RESOURCES.filter((resource) => enabled.has(resource));
  if (enforced.length === 0) return undefined;
  return {
    version: 2,
    bases: [base],
    enforced,
    create: (sandboxId, limits) => {
      // Another provider with this state directory, such as a check, may have removed the empty base.
      if (!existsSync(base)) makeBase(base);
      return createSandbox(join(base, sandboxId), enforced, limits);
    },
    list: () => listChildren(base),
    remove: (sandboxId) => removeCgroup(join(base, sandboxId), REMOVE_TIMEOUT_MS),
    close: () => tryRemove(base),
  };
}

function makeBase(base: string): boolean {
  try {
    mkdirSync(base, { recursive: true });
  } catch {
    return false;
  }
  enableControllers(base);
  return true;
}

function createSandbox(
  directory: string,
  enforced: readonly CgroupResource[],
  limits: CgroupLimits,
): SandboxCgroup {
  const init = join(directory, 'init');
  mkdirSync(directory, { recursive: true });
  for (const resource of enforced) applyLimit(resource, directory, limits);
  writeControl(directory, 'cgroup.subtree_control', '+pids');
  mkdirSync(init, { recursive: true });
  return {
    procs: [join(init, 'cgroup.procs')],
    directories: [directory],
    createExec: (execId) => {
      const leaf = join(directory, execId);
      mkdirSync(leaf);
      writeControl(leaf, 'pids.max', String(limits.pids));
      return {
        procs: [join(leaf, 'cgroup.procs')],
        forbidForks: () => forbidForks(leaf),
        pids: () => listPids(leaf),
        tryRemove: () => tryRemove(leaf),
      };
    },
    oomKills: () => readCounter(directory, 'memory.events', 'oom_kill'),
  };
}

function applyLimit(resource: CgroupResource, directory: string, limits: CgroupLimits): void {
  const quota = Math.max(1_000, Math.round(limits.vcpus * CPU_PERIOD_US));
  const [file, value] = {
    memory: ['memory.max', String(limits.memoryMb * 1024 * 1024)] as const,
    pids: ['pids.max', String(limits.pids + RESERVED_PIDS)] as const,
    cpu: ['cpu.max', `${quota} ${CPU_PERIOD_US}`] as const,
  }[resource];
  if (!writeControl(directory, file, value)) throw new Error(`the kernel refused the ${resource} limit`);
  // Absent where the kernel does not account swap.
  if (resource === 'memory') writeControl(directory, 'memory.swap.max', '0');
}

/** Hands the controllers on to the children. False when memory or pids could not be. */
function enableControllers(directory: string): boolean {
  const available = controllers(directory, 'cgroup.controllers');
  const before = controllers(directory, 'cgroup.subtree_control');
  for (const resource of CGROUP_RESOURCES) {
    if (available.has(resource) && !before.has(resource)) {
      writeControl(directory, 'cgroup.subtree_control', `+${resource}`);
    }
  }
  const enabled = controllers(directory, 'cgroup.subtree_control');
  return enabled.has('memory') && enabled.has('pids');
}

/** Moves this process into a leaf of its own cgroup. */
function stepAside(own: string): boolean {
  // Only the root of the hierarchy lacks this file; it may have processes and children.
  if (!existsSync(join(own, 'cgroup.type'))) return false;
  const leaf = join(own, WORKER_LEAF);
  try {
    mkdirSync(leaf, { recursive: true });
  } catch {
    return false;
  }
  return writeControl(leaf, 'cgroup.procs', String(process.pid));
}

function controllers(directory: string, file: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(join(directory, file), 'utf8').split(/\s+/).filter(Boolean));
  } catch {
    return new Set();
  }
}
