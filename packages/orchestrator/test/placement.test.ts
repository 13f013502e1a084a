import type { WorkerLoad, WorkerRecord } from '@stacyvm/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { isStale, rankWorkers, STALE_AFTER_MS } from '../src/index.js';
import { capacityOf, someWorkerIsFull } from '../src/placement.js';

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
    cordoned: false,
    drainRequested: false,
    drainDeadline: null,
    flaps: 0,
    lastFlapAt: null,
    lastHeartbeat: now,
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}

const loads = (...counts: readonly (readonly [string, number])[]): ReadonlyMap<string, WorkerLoad> =>
  new Map(counts.map(([id, sandboxes]) => [id, { sandboxes, memoryMb: 0, vcpus: 0 }]));

describe('isStale', () => {
  it('begins after two minutes without a heartbeat', () => {
    expect(STALE_AFTER_MS).to.equal(120_000);
    expect(isStale(worker({ lastHeartbeat: ago(120_000) }), now)).to.equal(false);
    expect(isStale(worker({ lastHeartbeat: ago(120_001) }), now)).to.equal(true);
  });

  it('counts only the silence for which somebody listened', () => {
    const silent = worker({ lastHeartbeat: ago(3_600_000) });
    expect(isStale(silent, now, ago(120_000))).to.equal(false);
    expect(isStale(silent, now, ago(120_001))).to.equal(true);
    expect(isStale(worker(), now, ago(3_600_000))).to.equal(false);
  });
});

describe('capacityOf', () => {
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
      const says = (name: string) => ({ capacity: told === undefined ? {} : { [name]: told } });
      expect(capacityOf(says('max_sandboxes')).sandboxes).to.equal(capacity);
      expect(capacityOf(says('memory_mb')).memoryMb).to.equal(capacity);
      expect(capacityOf(says('vcpus')).vcpus).to.equal(capacity);
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
    ['a full worker that is cordoned', { ...full, cordoned: true }, 2, false],
    ['a full worker with other providers', { ...full, providers: ['docker'] }, 2, false],
  ];
  for (const [name, changes, load, expected] of cases) {
    it(`is ${expected} with ${name}`, () => {
      const active = loads(['worker-a', load]);
      expect(someWorkerIsFull([worker(changes)], active, { provider: 'mock', now })).to.equal(expected);
    });
  }
});

describe('someWorkerIsFull by memory', () => {
  it('tells who has to wait from who would wait for ever', () => {
    const workers = [worker({ capacity: { memory_mb: 1_000 } })];
    const held = new Map([['worker-a', { sandboxes: 1, memoryMb: 800, vcpus: 1 }]]);
    const isFull = (memoryMb: number) => someWorkerIsFull(workers, held, { provider: 'mock', now, memoryMb });
    expect([isFull(200), isFull(201), isFull(1_000), isFull(1_001)]).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('rankWorkers', () => {
  const cases: ReadonlyArray<readonly [string, Partial<WorkerRecord>, number, boolean]> = [
    ['takes a worker that is online', {}, 0, true],
    ['takes no notice of the case of the status', { status: 'Online' }, 0, true],
    ['leaves a draining worker out', { status: 'draining' }, 0, false],
    ['leaves a worker out that was asked to drain and has not heard it', { drainRequested: true }, 0, false],
    ['leaves a cordoned worker out', { cordoned: true }, 0, false],
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
      const ranked = rankWorkers([worker(changes)], loads(['worker-a', load]), { provider: 'mock', now });
      expect(ranked.length === 1).to.equal(taken);
    });
  }

  it('puts the least loaded first and breaks ties by id', () => {
    const workers = ['worker-c', 'worker-a', 'worker-B', 'worker-d'].map((id) => worker({ id }));
    const active = loads(['worker-a', 1], ['worker-c', 1], ['worker-d', 0]);
    const ranked = rankWorkers(workers, active, { provider: 'mock', now });
    expect(ranked.map(({ id }) => id)).to.deep.equal(['worker-B', 'worker-d', 'worker-a', 'worker-c']);
  });

  it('puts the one first that has handed out less memory, of those with as many sandboxes', () => {
    const workers = ['worker-a', 'worker-b', 'worker-c'].map((id) => worker({ id }));
    const held = new Map([
      ['worker-a', { sandboxes: 1, memoryMb: 4_096, vcpus: 1 }],
      ['worker-b', { sandboxes: 1, memoryMb: 256, vcpus: 1 }],
      ['worker-c', { sandboxes: 2, memoryMb: 128, vcpus: 1 }],
    ]);
    const ranked = rankWorkers(workers, held, { provider: 'mock', now });
    expect(ranked.map(({ id }) => id)).to.deep.equal(['worker-b', 'worker-a', 'worker-c']);
  });

  const room: ReadonlyArray<readonly [string, object, object, boolean]> = [
    ['memory that just fits', { memory_mb: 1_000 }, { memoryMb: 500 }, true],
    ['memory that does not fit', { memory_mb: 1_000 }, { memoryMb: 501 }, false],
    ['CPUs that just fit', { vcpus: 4 }, { vcpus: 2 }, true],
    ['CPUs that do not fit', { vcpus: 4 }, { vcpus: 3 }, false],
    ['much where nothing is said', {}, { memoryMb: 1_000_000, vcpus: 256 }, true],
    ['much where the limit makes no sense', { memory_mb: -1, vcpus: 'many' }, { memoryMb: 9_999 }, true],
  ];
  for (const [name, capacity, wanted, taken] of room) {
    it(`${taken ? 'gives' : 'refuses'} ${name}`, () => {
      const held = new Map([['worker-a', { sandboxes: 1, memoryMb: 500, vcpus: 2 }]]);
      const request = { provider: 'mock', now, ...wanted };
      expect(rankWorkers([worker({ capacity: { ...capacity } })], held, request)).to.have.length(
        taken ? 1 : 0,
      );
    });
  }

  const labels: ReadonlyArray<readonly [string, unknown, Record<string, string>, boolean]> = [
    ['every label with its value', { zone: 'eu', gpu: 'a100' }, { zone: 'eu', gpu: 'a100' }, true],
    ['more labels than are required', { zone: 'eu', gpu: 'a100' }, { gpu: 'a100' }, true],
    ['another value', { zone: 'us' }, { zone: 'eu' }, false],
    ['another case', { Zone: 'eu' }, { zone: 'eu' }, false],
    ['one label too few', { zone: 'eu' }, { zone: 'eu', gpu: 'a100' }, false],
    ['no labels, where none is required', undefined, {}, true],
    ['no labels', undefined, { zone: 'eu' }, false],
    ['a list for labels', ['zone'], { '0': 'zone' }, false],
    ['a value that is no text', { zone: 1 }, { zone: '1' }, false],
    ['only what every object has', {}, { constructor: 'Object' }, false],
    [
      'a label by the name of a prototype',
      JSON.parse('{"__proto__":"x"}'),
      JSON.parse('{"__proto__":"x"}'),
      true,
    ],
  ];
  for (const [name, told, requirements, taken] of labels) {
    it(`${taken ? 'takes' : 'leaves out'} a worker with ${name}`, () => {
      const carrying = worker({ capacity: told === undefined ? {} : { labels: told } });
      const ranked = rankWorkers([carrying], new Map(), { provider: 'mock', now, requirements });
      expect(ranked).to.have.length(taken ? 1 : 0);
    });
  }

  it('never takes an unfit worker, misses no fit one, and orders by load, then id, whatever the fleet', () => {
    const fleet = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-c]{1,3}$/),
        status: fc.constantFrom('online', 'ONLINE', 'draining', 'offline'),
        drainRequested: fc.boolean(),
        cordoned: fc.boolean(),
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
        const active = loads(...members.map(({ id, load }) => [id, load] as const));
        const ranked = rankWorkers(workers, active, { provider: 'mock', now });
        const fit = members.filter(
          ({ status, drainRequested, cordoned, lastHeartbeat, rpcUrl, providers, limit, load }) =>
            status.toLowerCase() === 'online' &&
            !drainRequested &&
            !cordoned &&
            now.getTime() - lastHeartbeat.getTime() <= 120_000 &&
            rpcUrl !== '' &&
            (providers === null ||
              providers.length === 0 ||
              providers.join().toLowerCase().includes('mock')) &&
            load < (limit ?? Number.POSITIVE_INFINITY),
        );
        expect(ranked.map(({ id }) => id).sort()).to.deep.equal(fit.map(({ id }) => id).sort());
        const keys = ranked.map(({ id }) => `${active.get(id)?.sandboxes} ${id}`);
        expect(keys).to.deep.equal([...keys].sort());
      }),
    );
  });
});
