import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { holdsWithin } from '../deadline.js';

/** A process that a reused pid cannot be mistaken for. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

const MAX_FREEZE_ROUNDS = 50;
/** A child of a fork that was under way when its parent was told to stop shows itself in the second look. */
const QUIET_ROUNDS = 2;
/** Stopped (by a signal or a tracer), zombie, dead. */
const HALTED_STATES: ReadonlySet<string> = new Set(['T', 't', 'Z', 'X']);
/** Within the kernel: it stops before it runs on, which for a parent in vfork is not before its own stopped child does. */
const BLOCKED_STATE = 'D';
/** Of a child in vfork that its parent waits for: stopped, or waiting for its own. */
const HOLDING_STATES: ReadonlySet<string> = new Set(['T', 't', BLOCKED_STATE]);

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

/** True for a process that has ended and that nobody has waited for yet. */
export function isZombie(pid: number): boolean {
  return readStat(pid)?.state === 'Z';
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

/** Kills a process that was started as the leader of a group, and whatever is still in its group. */
export function killGroup(leader: number | undefined): void {
  if (leader !== undefined) sendSignal(-leader, 'SIGKILL');
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
export async function findTree(root: number, marker: string): Promise<readonly number[]> {
  const { processes, environmentOf } = await lookAtProcesses();
  const tree = new Set<number>([root]);
  const marked = Buffer.from(`${marker}\0`);
  for (const { pid, session, state } of processes) {
    if (state !== 'Z' && (session === root || environmentOf(pid).includes(marked))) tree.add(pid);
  }
  for (let before = -1; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parentPid } of processes) if (tree.has(parentPid)) tree.add(pid);
  }
  const alive = new Set(processes.filter(({ state }) => state !== 'Z').map(({ pid }) => pid));
  return [...tree].filter((pid) => alive.has(pid));
}

/**
 * Stops processes until no running one is found twice in a row. What is stopped keeps its place under the limit of processes, so
 * that a fork bomb runs out of room; killed one by one, each makes room for the next.
 *
 * @param find the processes of a tree as they are now
 * @returns those found last
 */
export async function freezeTree(find: () => Promise<readonly number[]>): Promise<readonly number[]> {
  let found = await find();
  for (let round = 0, quiet = 0; round < MAX_FREEZE_ROUNDS && quiet < QUIET_ROUNDS; round += 1) {
    const tree = found.map(readStat).filter((stat) => stat !== undefined);
    const unstopped = tree.filter(({ state }) => !HALTED_STATES.has(state));
    for (const { pid } of unstopped) sendSignal(pid, 'SIGSTOP');
    quiet = unstopped.every((stat) => waitsForStopped(stat, tree)) ? quiet + 1 : 0;
    await delay(1);
    found = await find();
  }
  return found;
}

/** A parent in vfork runs on when its child does. What else blocks in the kernel may be about to make a process there. */
function waitsForStopped({ pid, state }: ProcessStat, tree: readonly ProcessStat[]): boolean {
  return (
    state === BLOCKED_STATE &&
    tree.some((other) => other.parentPid === pid && HOLDING_STATES.has(other.state))
  );
}

interface ProcessTable {
  readonly processes: readonly ProcessStat[];
  readonly environmentOf: (pid: number) => Buffer;
}

let nextLook: Promise<ProcessTable> | undefined;

/** The processes of the host as they are after the call. Those who ask at the same time share one look: many execs may end at once. */
function lookAtProcesses(): Promise<ProcessTable> {
  nextLook ??= new Promise((resolve) => {
    setImmediate(() => {
      nextLook = undefined;
      resolve(readProcessTable());
    });
  });
  return nextLook;
}

function readProcessTable(): ProcessTable {
  const environments = new Map<number, Buffer>();
  return {
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readStat(Number(name)))
      .filter((stat) => stat !== undefined),
    environmentOf: (pid) => {
      const known = environments.get(pid) ?? readEnvironment(pid);
      environments.set(pid, known);
      return known;
    },
  };
}

function readEnvironment(pid: number): Buffer {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch (error) {
    throwIfExhausted(error);
    return Buffer.alloc(0);
  }
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    throwIfExhausted(error);
    return undefined;
  }
  // The name in field 2 may contain spaces and parentheses; the last ")" ends it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid, , session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { pid, state, parentPid: Number(parentPid), session: Number(session), startTime };
}

/** A worker without a free descriptor cannot see a process, which does not mean that there is none. */
function throwIfExhausted(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM') throw error;
}
