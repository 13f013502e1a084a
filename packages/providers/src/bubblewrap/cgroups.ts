import type { CgroupPlace, CgroupResource } from './cgroup-mounts.js';
import { openCgroupV1 } from './cgroup-v1.js';
import { openCgroupV2 } from './cgroup-v2.js';

export interface CgroupLimits {
  readonly memoryMb: number;
  readonly vcpus: number;
  /** Processes and threads that one exec may have. The sandbox has a few more, so that another exec can still look inside. */
  readonly pids: number;
}

/** What a sandbox may use beyond `pids`: its three own processes and the way in for another exec. */
export const RESERVED_PIDS = 16;

/** The cgroups of this provider: one base directory a hierarchy, one directory a sandbox below it. */
export interface Cgroups {
  readonly version: 1 | 2;
  readonly bases: readonly string[];
  /** The limits that the kernel will really enforce. */
  readonly enforced: readonly CgroupResource[];
  /** @throws Error when the kernel refuses */
  create(sandboxId: string, limits: CgroupLimits): SandboxCgroup;
  /** Ids of the sandboxes that have a cgroup here, whoever made it. */
  list(): readonly string[];
  /** Kills and removes one sandbox's cgroups; true when they are gone. */
  remove(sandboxId: string): Promise<boolean>;
  /** Removes the empty base directories. */
  close(): void;
}

export interface SandboxCgroup {
  /** `cgroup.procs` files that the sandbox's first process joins. */
  readonly procs: readonly string[];
  readonly directories: readonly string[];
  createExec(execId: string): ExecCgroup;
  /** Kills by the memory limit so far. */
  oomKills(): number;
}

export interface ExecCgroup {
  readonly procs: readonly string[];
  /** From now on no process of the exec can make another, where the pids controller is there. */
  forbidForks(): void;
  pids(): readonly number[];
  /** Removes the cgroup if no process is left in it. */
  tryRemove(): boolean;
}

/**
 * Finds cgroups that this process may use: v2 with the memory and pids controllers, else v1.
 *
 * @param name of the base directory, unlike that of any other provider on this host
 * @returns undefined when no hierarchy is writable
 */
export function openCgroups(place: CgroupPlace, name: string): Cgroups | undefined {
  const v2 = place.v2 === undefined ? undefined : openCgroupV2(place.v2, name);
  return v2 ?? openCgroupV1(place.v1, name);
}
