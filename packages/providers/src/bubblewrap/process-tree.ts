import { readdirSync, readFileSync } from 'node:fs';
import { holdsWithin } from '../deadline.js';

/** A process that a reused pid cannot be mistaken for. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

interface ProcessStat extends ProcessIdentity {
  readonly state: string;
  readonly parentPid: number;
  readonly session: number;
}

/** Pids and start times mean something only within one boot. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The identity of a running process, or undefined when there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' ? undefined : { pid: stat.pid, startTime: stat.startTime };
}

export function isRunning(process: ProcessIdentity): boolean {
  return identifyProcess(process.pid)?.startTime === process.startTime;
}

/** A process that is gone already is no error: callers look at the outcome, not at the call. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone, or not ours
  }
}

export function killProcess(pid: number): void {
  sendSignal(pid, 'SIGKILL');
}

/** Kills a process unless its pid belongs to another one by now. Resolves to whether it is gone. */
export async function endProcess(target: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  return await holdsWithin(timeoutMs, () => {
    if (!isRunning(target)) return true;
    killProcess(target.pid);
    return false;
  });
}

/**
 * The processes of an exec where no cgroup holds them together: the descendants of its root, the members of its session, and every
 * process whose environment carries the marker (which a double fork and setsid do not shed).
 */
export function findTree(root: number, marker: string): readonly number[] {
  const processes = listProcesses();
  const tree = new Set<number>([root]);
  const marked = Buffer.from(`${marker}\0`);
  for (const { pid, session, state } of processes) {
    if (state !== 'Z' && (session === root || hasMarker(pid, marked))) tree.add(pid);
  }
  for (let before = -1; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parentPid } of processes) if (tree.has(parentPid)) tree.add(pid);
  }
  const alive = new Set(processes.filter(({ state }) => state !== 'Z').map(({ pid }) => pid));
  return [...tree].filter((pid) => alive.has(pid));
}

function listProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== undefined);
}

function hasMarker(pid: number, marked: Buffer): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(marked);
  } catch {
    return false;
  }
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in field 2 may contain spaces and parentheses; the last ")" ends it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid, , session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { pid, state, parentPid: Number(parentPid), session: Number(session), startTime };
}
