import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@stacyvm/store';
import type { Fleet } from './fleet.js';
import type { Lease, Runtime, Sighting } from './history.js';

const INTERVAL_MS = 100;

/** Looks at what runs and who holds which lease, again and again, until the signal; what it saw is in the list. */
export async function observeFleet(fleet: Fleet, sightings: Sighting[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const at = performance.now();
    const runtimes = runtimesOf(fleet);
    const leases = await leasesOf(fleet.store).catch(() => undefined);
    sightings.push({ at, runtimes, leases });
    await sleep(INTERVAL_MS);
  }
}

/** The sandboxes whose first process is alive, on every worker. */
export function runtimesOf(fleet: Fleet): readonly Runtime[] {
  return fleet.workers.flatMap(({ name }) => {
    const directory = fleet.stateDirectoryOf(name);
    return sandboxDirectories(directory).flatMap((sandboxId) => {
      const identity = liveIdentity(join(directory, sandboxId, 'runtime.json'));
      return identity === undefined ? [] : [{ sandboxId, workerId: name, identity }];
    });
  });
}

export function sandboxDirectories(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name.startsWith('sb-'));
  } catch {
    return [];
  }
}

interface RuntimeRecord {
  readonly processes: readonly { readonly pid: number; readonly startTime: string }[];
}

/** Undefined when the process that the record names is not there, or is another by now. */
function liveIdentity(recordFile: string): string | undefined {
  try {
    const { processes } = JSON.parse(readFileSync(recordFile, 'utf8')) as RuntimeRecord;
    const init = processes[0];
    if (init === undefined) return undefined;
    const stat = readFileSync(`/proc/${init.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isAlive = fields[0] !== 'Z' && fields[19] === init.startTime;
    return isAlive ? `${init.pid}@${init.startTime}` : undefined;
  } catch {
    return undefined;
  }
}

/** Every lease that was not released. */
export async function leasesOf(
  store: Store,
): Promise<{ readonly at: Date; readonly held: readonly Lease[] }> {
  const held: Lease[] = [];
  let after: string | undefined;
  do {
    const page = await store.leases.list(after === undefined ? { limit: 1000 } : { limit: 1000, after });
    held.push(...page.items);
    after = page.nextCursor;
  } while (after !== undefined);
  return { at: new Date(), held };
}
