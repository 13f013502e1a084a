import type { WorkerRecord } from '@stacyvm/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { isStale, rankWorkers, STALE_AFTER_MS } from '../src/index.js';
import { someWorkerIsFull, workerCapacity } from '../src/placement.js';

const now = new Date('2030-01-01T00:00:00.000Z');
const ago = (milliseconds: number): Date => new Date(now.getTime() - milliseconds);

function worker(changes: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    id: 'worker-a',
    hostname: 'node-1',
    status: 'online',
    providers: ['mock'],
    capabilities: null,
    capacity: {},
    rpcUrl: 'http://127.0.0.1:7430',
    instanceId: 'first',
    credential: null,
    drainRequested: false,
    lastHeartbeat: now,
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}

describe('isStale', () => {
  it('begins after two minutes without a heartbeat', () => {
    expect(STALE_AFTER_MS).to.equal(120_000);
    expect(isStale(worker({ lastHeartbeat: ago(120_000) }), now)).to.equal(false);
    expect(isStale(worker({ lastHeartbeat: ago(120_001) }), now)).to.equal(true);
  });
});

describe('workerCapacity', () => {
  const cases: ReadonlyArray<readonly [unknown, number | undefined]> = [
    [7, 7],
    [1, 1],
    [undefined, undefined],
    [0, undefined],
    [-1, undefined],
    [1.5, undefined],
    ['7', undefined],
    [2 ** 60, undefined],
    [null, undefined],
  ];
  for (const [told, capacity] of cases) {
    it(`takes max_sandboxes ${JSON.stringify(told)} for ${capacity ?? 'no limit'}`, () => {
      expect(workerCapacity({ capacity: told === undefined ? {} : { max_sandboxes: told } })).to.equal(
        capacity,
      );
    });
  }
});

describe('someWorkerIsFull', () => {
  const full = { capacity: { max_sandboxes: 2 } };
  const cases: ReadonlyArray<readonly [string, Partial<WorkerRecord>, number, boolean]> = [
    ['a worker at its capacity', full, 2, true],
    ['a worker above its capacity', full, 3, true],
    ['a worker with a place left', full, 1, false],
    ['a worker without a limit', {}, 1_000, false],
    ['a full worker that drains', { ...full, drainRequested: true }, 2, false],
    ['a full worker that is stale', { ...full, lastHeartbeat: ago(120_001) }, 2, false],
    ['a full worker with other providers', { ...full, providers: ['docker'] }, 2, false],
  ];
  for (const [name, changes, load, expected] of cases) {
    it(`is ${expected} with ${name}`, () => {
      const active = new Map([['worker-a', load]]);
      expect(someWorkerIsFull([worker(changes)], active, { provider: 'mock', now })).to.equal(expected);
    });
  }
});

describe('rankWorkers', () => {
  const cases: ReadonlyArray<readonly [string, Partial<WorkerRecord>, number, boolean]> = [
    ['takes a worker that is online', {}, 0, true],
    ['takes no notice of the case of the status', { status: 'Online' }, 0, true],
    ['leaves a draining worker out', { status: 'draining' }, 0, false],
    ['leaves a worker out that was asked to drain and has not heard it', { drainRequested: true }, 0, false],
    ['leaves a worker of unknown status out', { status: 'rebooting' }, 0, false],
    ['takes a worker that was heard of two minutes ago', { lastHeartbeat: ago(120_000) }, 0, true],
    ['leaves a stale worker out', { lastHeartbeat: ago(120_001) }, 0, false],
    ['leaves a worker without an address out', { rpcUrl: '' }, 0, false],
    ['takes a worker that lists the provider in another case', { providers: ['docker', 'MOCK'] }, 0, true],
    ['leaves a worker with other providers out', { providers: ['docker'] }, 0, false],
    ['takes a worker that lists no providers', { providers: [] }, 0, true],
    ['takes a worker that does not say its providers', { providers: null }, 0, true],
    ['takes a worker below its capacity', { capacity: { max_sandboxes: 2 } }, 1, true],
    ['leaves a full worker out', { capacity: { max_sandboxes: 2 } }, 2, false],
    ['leaves an overfull worker out', { capacity: { max_sandboxes: 2 } }, 3, false],
    ['takes a worker without a capacity at any load', {}, 10_000, true],
  ];
  for (const [name, changes, load, taken] of cases) {
    it(name, () => {
      const ranked = rankWorkers([worker(changes)], new Map([['worker-a', load]]), { provider: 'mock', now });
      expect(ranked.length === 1).to.equal(taken);
    });
  }

  it('puts the least loaded first and breaks ties by id', () => {
    const workers = ['worker-c', 'worker-a', 'worker-B', 'worker-d'].map((id) => worker({ id }));
    const active = new Map([
      ['worker-a', 1],
      ['worker-c', 1],
      ['worker-d', 0],
    ]);
    const ranked = rankWorkers(workers, active, { provider: 'mock', now });
    expect(ranked.map(({ id }) => id)).to.deep.equal(['worker-B', 'worker-d', 'worker-a', 'worker-c']);
  });

  it('never takes an unfit worker, misses no fit one, and orders by load, then id, whatever the fleet', () => {
    const fleet = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-c]{1,3}$/),
        status: fc.constantFrom('online', 'ONLINE', 'draining', 'offline'),
        drainRequested: fc.boolean(),
        lastHeartbeat: fc.integer({ min: 0, max: 240_000 }).map(ago),
        rpcUrl: fc.constantFrom('', 'http://127.0.0.1:7430'),
        providers: fc.constantFrom(null, [], ['mock'], ['docker'], ['docker', 'Mock']),
        limit: fc.constantFrom(undefined, 1, 2, 3),
        load: fc.integer({ min: 0, max: 4 }),
      }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(fleet, (members) => {
        const workers = members.map(({ limit, load: _, ...changes }) =>
          worker({ ...changes, capacity: limit === undefined ? {} : { max_sandboxes: limit } }),
        );
        const active = new Map(members.map(({ id, load }) => [id, load]));
        const ranked = rankWorkers(workers, active, { provider: 'mock', now });
        const fit = members.filter(
          ({ status, drainRequested, lastHeartbeat, rpcUrl, providers, limit, load }) =>
            status.toLowerCase() === 'online' &&
            !drainRequested &&
            now.getTime() - lastHeartbeat.getTime() <= 120_000 &&
            rpcUrl !== '' &&
            (providers === null ||
              providers.length === 0 ||
              providers.join().toLowerCase().includes('mock')) &&
            load < (limit ?? Number.POSITIVE_INFINITY),
        );
        expect(ranked.map(({ id }) => id).sort()).to.deep.equal(fit.map(({ id }) => id).sort());
        const keys = ranked.map(({ id }) => `${active.get(id)} ${id}`);
        expect(keys).to.deep.equal([...keys].sort());
      }),
    );
  });
});
