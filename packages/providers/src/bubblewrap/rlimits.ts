import { readFileSync } from 'node:fs';
import type { CgroupResource } from './cgroup-mounts.js';

const SOFT_OPEN_FILES = 1_024;
const HARD_OPEN_FILES = 65_536;

export interface ResourceLimits {
  readonly memoryMb: number;
  readonly pids: number;
}

/**
 * `prlimit` and its options for the processes of an exec. What no cgroup enforces falls back to limits of the process: `data`
 * (anonymous memory of each process) and `nproc` (all processes of the sandbox, which has a user namespace of its own).
 */
export function prlimitCommand(
  limits: ResourceLimits,
  byCgroup: readonly CgroupResource[],
): readonly string[] {
  const hard = Math.min(HARD_OPEN_FILES, ownHardLimit('Max open files'));
  const options = ['--core=0', `--nofile=${Math.min(SOFT_OPEN_FILES, hard)}:${hard}`];
  if (!byCgroup.includes('memory')) options.push(`--data=${limits.memoryMb * 1024 * 1024}`);
  if (!byCgroup.includes('pids')) {
    options.push(`--nproc=${Math.min(limits.pids, ownHardLimit('Max processes'))}`);
  }
  return ['prlimit', ...options];
}

/** What limits the capability list may claim. */
export function limitCapabilities(byCgroup: readonly CgroupResource[]): readonly string[] {
  return [
    `memory_limit:${byCgroup.includes('memory') ? 'cgroup' : 'rlimit'}`,
    `pids_limit:${byCgroup.includes('pids') ? 'cgroup' : 'rlimit'}`,
    ...(byCgroup.includes('cpu') ? ['cpu_limit:cgroup'] : []),
  ];
}

function ownHardLimit(name: string): number {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
}
