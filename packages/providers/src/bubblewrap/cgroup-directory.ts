import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { holdsWithin } from '../deadline.js';
import { killProcess } from './process-tree.js';

// cgroupfs lives in memory and answers at once, so the synchronous calls below cost less than a trip through the thread pool.

/** Writes a control file. False when the kernel or the file's owner refuses. */
export function writeControl(directory: string, file: string, value: string): boolean {
  try {
    writeFileSync(join(directory, file), value);
    return true;
  } catch {
    return false;
  }
}

export function isWritable(directory: string, file: string): boolean {
  try {
    accessSync(join(directory, file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The number that a flat keyed file (`memory.events`, `memory.oom_control`) has for a key; 0 when it has none. */
export function readCounter(directory: string, file: string, key: string): number {
  try {
    const line = readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`${key} `));
    return Number(line?.split(' ')[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Kills every process of a cgroup, its own forks while it happens included. Resolves to whether it is empty within the time.
 */
async function emptyCgroup(directory: string, timeoutMs: number): Promise<boolean> {
  if (listPids(directory).length === 0) return true;
  // v2 kills at once; elsewhere no fork may outrun the loop below.
  if (!existsSync(join(directory, 'cgroup.kill')) || !writeControl(directory, 'cgroup.kill', '1')) {
    forbidForks(directory);
  }
  return await holdsWithin(timeoutMs, () => {
    const pids = listPids(directory);
    for (const pid of pids) killProcess(pid);
    return pids.length === 0;
  });
}

/** From now on no process of this cgroup can make another, where the pids controller is there. */
export function forbidForks(directory: string): void {
  if (existsSync(join(directory, 'pids.max'))) writeControl(directory, 'pids.max', '0');
}

/** Kills what is in a cgroup and in its children, then removes them. Resolves to whether it is gone. */
export async function removeCgroup(directory: string, timeoutMs: number): Promise<boolean> {
  if (!existsSync(directory)) return true;
  for (const child of listChildren(directory)) {
    if (!(await removeCgroup(join(directory, child), timeoutMs))) return false;
  }
  if (!(await emptyCgroup(directory, timeoutMs))) return false;
  return await holdsWithin(timeoutMs, () => tryRemove(directory));
}

/** Removes a cgroup if nothing is in it. */
export function tryRemove(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

export function listChildren(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

export function listPids(directory: string): readonly number[] {
  try {
    return readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
