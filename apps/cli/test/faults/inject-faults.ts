import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault-plan.js';
import type { Fleet } from './fleet.js';
import type { LinkState } from './link-proxy.js';
import type { SupervisedProgram } from './supervised-program.js';
import type { NetworkFault } from './worker-networks.js';

/** Lets every fault of a plan happen, and returns when all of them are over. */
export async function injectFaults(fleet: Fleet, plan: readonly Fault[]): Promise<void> {
  await Promise.all(
    plan.map(async (fault) => {
      await sleep(fault.atMs);
      await inject(fleet, fault);
    }),
  );
}

async function inject(fleet: Fleet, fault: Fault): Promise<void> {
  const { kind, target, forMs } = fault;
  if (target === 'postgres') return injectIntoPostgres(fleet, kind, forMs);
  if (kind.endsWith('network') || kind === 'lose host') return injectIntoNetwork(fleet, fault);
  const proxy = fleet.links.get(target);
  if (proxy !== undefined) {
    proxy.set(kind.split(' ')[0] as LinkState);
    await sleep(forMs);
    proxy.set('open');
    return;
  }
  const program = programOf(fleet, target);
  if (kind.startsWith('kill')) {
    await program.kill(forMs);
    await sleep(forMs);
  } else {
    await program.pause(forMs);
  }
}

async function injectIntoNetwork(fleet: Fleet, { kind, target, forMs }: Fault): Promise<void> {
  const network = fleet.networks.get(target);
  if (network === undefined) throw new Error(`${target} has no network of its own`);
  const isLost = kind === 'lose host';
  const faults = isLost ? (['mute', 'deafen'] as const) : [kind.split(' ')[0] as NetworkFault];
  for (const fault of faults) await network.begin(fault);
  if (isLost) await programOf(fleet, target).kill(forMs);
  await sleep(forMs);
  for (const fault of faults) await network.end(fault);
}

function programOf({ controlPlanes, workers }: Fleet, target: string): SupervisedProgram {
  const program = [...controlPlanes, ...workers].find(({ name }) => name === target);
  if (program === undefined) throw new Error(`there is no ${target}`);
  return program;
}

/** A killed server is started again by its supervisor, at once. */
async function injectIntoPostgres({ postgres }: Fleet, kind: string, forMs: number): Promise<void> {
  const pid = postgres.pid();
  if (pid === undefined) return;
  if (kind.startsWith('kill')) {
    process.kill(pid, 'SIGKILL');
    return;
  }
  process.kill(pid, 'SIGSTOP');
  await sleep(forMs);
  // Another fault may have killed it meanwhile.
  if (postgres.pid() === pid) process.kill(pid, 'SIGCONT');
}
