import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBelow, processesWith } from '../observe.js';
import { eventually } from '../system.js';
import { checkHistory } from './checker.js';
import { type Clients, createClients } from './clients.js';
import { type Fault, faultKinds, planFaults } from './fault-plan.js';
import { type Fleet, startFleet } from './fleet.js';
import type { Call, Operation, Sighting } from './history.js';
import { injectFaults } from './inject-faults.js';
import { observeFleet, runtimesOf, sandboxDirectories } from './observe-fleet.js';
import { countsOf } from './run-counts.js';
import { seededRandom } from './seeded-random.js';

const minutes = Number(process.env['STACYVM_FAULTS_MINUTES'] ?? 0);
const isNightly = minutes > 0;
const seed = Number(process.env['STACYVM_FAULTS_SEED'] ?? Date.now() % 1_000_000);
const dumpDirectory = process.env['STACYVM_FAULTS_DUMP'];

const DURATION_MS = isNightly ? minutes * 60_000 : 90_000;
const OPERATIONS: readonly Operation[] = ['spawn', 'write', 'read', 'status', 'destroy'];
/** A process that died keeps the sandboxes that it had claimed for 90 s. */
const HEAL_TIMEOUT_MS = 110_000;

describe(`a fleet under faults, seed ${seed}`, function () {
  this.timeout(DURATION_MS + 4 * HEAL_TIMEOUT_MS);
  const calls: Call[] = [];
  const sightings: Sighting[] = [];
  const observing = new AbortController();
  let fleet: Fleet;
  let clients: Clients;
  let plan: readonly Fault[];
  let observed: Promise<void>;

  before(async () => {
    const random = seededRandom(seed);
    fleet = await startFleet(random);
    await fleet.settled(HEAL_TIMEOUT_MS);
    plan = planFaults(random.branch('faults'), fleet.targets, {
      durationMs: DURATION_MS,
      meanGapMs: isNightly ? 2_000 : 1_000,
      longestMs: isNightly ? 6_000 : 1_200,
    });
    clients = createClients({
      clients: fleet.clients,
      count: 5,
      sandboxes: 8,
      random: random.branch('clients'),
      calls,
    });
    observed = observeFleet(fleet, sightings, observing.signal);
    const calling = new AbortController();
    const called = clients.run(calling.signal);
    await injectFaults(fleet, plan);
    // Where programs start slowly they were away nearly all the time.
    await eventually(
      () => OPERATIONS.every((operation) => calls.some((call) => isDone(call, operation))),
      () =>
        `some operation never succeeded:\n${countsOf({ seed, plan, calls, sightings, whyNoNetworks: fleet.whyNoNetworks })}`,
      HEAL_TIMEOUT_MS,
    );
    calling.abort();
    await called;
    await fleet.settled(HEAL_TIMEOUT_MS);
  });

  after(async () => {
    observing.abort();
    await observed;
    if (dumpDirectory !== undefined) {
      writeFileSync(join(dumpDirectory, 'history.json'), JSON.stringify({ seed, plan, calls, sightings }));
      for (const program of [...fleet.controlPlanes, ...fleet.workers]) {
        writeFileSync(join(dumpDirectory, `${program.name}.log`), program.log());
      }
    }
    const ends = await fleet.stop();
    process.stdout.write(
      `${countsOf({ seed, plan, calls, sightings, whyNoNetworks: fleet.whyNoNetworks })}\n`,
    );
    for (const end of ends) expect(end).to.match(/: 0$/);
    expect(processesWith(fleet.directory)).to.deep.equal([]);
  });

  it('has every kind of fault, and work that succeeds in spite of them', () => {
    expect(new Set(plan.map(({ kind }) => kind))).to.deep.equal(new Set(faultKinds(fleet.targets)));
    for (const operation of OPERATIONS) {
      const done = calls.filter((call) => isDone(call, operation));
      expect(done, operation).to.have.length.greaterThan(0);
    }
  });

  it('ends no program that was not killed, except in its start', () => {
    expect(fleet.crashes.filter(({ whileStarting }) => !whileStarting)).to.deep.equal([]);
  });

  it('keeps every sandbox whose worker lived, with all that was written, and says which are lost', async () => {
    for (const spawn of survivors(calls)) {
      const { sandboxId = '', workerId } = spawn;
      const worker = fleet.workers.find(({ name }) => name === workerId)!;
      const mayBeLost = worker.deaths.some((at) => at > spawn.startedAt);
      let last: Call | undefined;
      await eventually(
        async () => {
          last = await clients.call('read', 0, { sandboxId });
          if (last.outcome.kind === 'ok') return true;
          return mayBeLost && last.outcome.kind === 'refused' && last.outcome.status === 409;
        },
        () => `${sandboxId} of ${workerId}, ${mayBeLost ? 'killed' : 'alive'}: ${JSON.stringify(last)}`,
        HEAL_TIMEOUT_MS,
      );
    }
  });

  it('can be cleaned: no record, no process, no directory is left', async () => {
    for (const client of fleet.clients) {
      const left: string[] = [];
      for await (const { id } of client.sandboxes()) left.push(id);
      for (const sandboxId of left) {
        await eventually(
          async () => (await clients.call('destroy', 0, { sandboxId })).outcome.kind === 'ok',
          () => `${sandboxId} cannot be destroyed: ${JSON.stringify(calls.at(-1))}`,
          HEAL_TIMEOUT_MS,
        );
      }
    }
    expect((await fleet.store.sandboxes.list({})).items).to.deep.equal([]);
    const directories = () =>
      fleet.workers.flatMap(({ name }) => sandboxDirectories(fleet.stateDirectoryOf(name)));
    await eventually(
      () => runtimesOf(fleet).length === 0 && directories().length === 0,
      () => `left: ${JSON.stringify([runtimesOf(fleet), directories()])}`,
    );
    expect((await fleet.store.leases.list()).items).to.deep.equal([]);
    const everSeen = new Set(sightings.flatMap(({ runtimes }) => runtimes.map(({ sandboxId }) => sandboxId)));
    const mounts = readFileSync('/proc/mounts', 'utf8');
    for (const id of everSeen) {
      expect(findBelow('/sys/fs/cgroup', id, 5), id).to.equal(false);
      expect(mounts).not.to.contain(id);
    }
  });

  it('has a history in which no rule is broken', () => {
    expect(checkHistory({ calls, sightings })).to.deep.equal([]);
  });
});

function isDone({ operation, outcome }: Call, wanted: Operation): boolean {
  return operation === wanted && outcome.kind === 'ok';
}

/** Spawned, acknowledged, and destroyed by nobody. */
function survivors(calls: readonly Call[]): readonly Call[] {
  const ended = new Set(
    calls.filter(({ operation }) => operation === 'destroy').map(({ sandboxId }) => sandboxId),
  );
  return calls.filter(
    ({ operation, outcome, shortLived, sandboxId }) =>
      operation === 'spawn' && outcome.kind === 'ok' && !shortLived && !ended.has(sandboxId),
  );
}
