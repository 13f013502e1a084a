import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel counts of a process, in seconds and bytes. */
interface Usage {
  readonly parent: number;
  /** Of the process and of those of its children that have ended. */
  readonly cpuSeconds: number;
}

/** Of the clock that the kernel counts CPU by; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU that the process alone has taken. */
export function cpuSecondsOf(pid: number): number {
  return usageOf(pid)?.cpuSeconds ?? 0;
}

/** CPU that everything below the process has taken, without itself. */
export function cpuSecondsBelow(pid: number): number {
  const usages = new Map<number, Usage>();
  for (const name of readdirSync('/proc')) {
    const usage = /^\d+$/.test(name) ? usageOf(Number(name)) : undefined;
    if (usage !== undefined) usages.set(Number(name), usage);
  }
  const isBelow = (usage: Usage): boolean => {
    if (usage.parent === pid) return true;
    const parent = usages.get(usage.parent);
    return parent !== undefined && isBelow(parent);
  };
  return [...usages.values()].filter(isBelow).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** The most memory that the process has had at once, in MiB. */
export function peakMemoryMib(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may have spaces; the state follows it (proc(5)).
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
    return { parent: fields[1] ?? 0, cpuSeconds: ticks / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}
