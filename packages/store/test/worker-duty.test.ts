import { expect } from 'chai';
import { openStore, type Store, StoreError } from '../src/index.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

describe('the duty of a worker', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1'), heartbeat('worker-2')]);
  });
  after(() => fixture.close());

  it('is set field by field', async () => {
    const { workers } = fixture.store;
    const deadline = new Date('2030-01-01T00:10:00Z');
    expect(await workers.setDuty('worker-1', { cordoned: true })).to.include({
      cordoned: true,
      drainRequested: false,
    });
    expect(
      await workers.setDuty('worker-1', { drainRequested: true, drainDeadline: deadline }),
    ).to.deep.include({ cordoned: true, drainRequested: true, drainDeadline: deadline });
    expect(await workers.setDuty('worker-1', { cordoned: false })).to.deep.include({
      drainDeadline: deadline,
    });
    expect(await workers.setDuty('worker-1', { drainRequested: false })).to.include({ drainDeadline: null });
    await rejection(workers.setDuty('worker-z', { cordoned: true }), 'not_found');
    const never = new Date(Number.NaN);
    await rejection(
      workers.setDuty('worker-1', { drainRequested: true, drainDeadline: never }),
      'invalid_input',
    );
    // A deadline means nothing without a drain.
    await rejection(workers.setDuty('worker-1', { drainDeadline: deadline }), 'invalid_input');
  });

  for (const duty of [{ cordoned: true }, { drainRequested: true }]) {
    it(`refuses reservations on a worker that is ${Object.keys(duty)[0]}`, async () => {
      await fixture.store.workers.setDuty('worker-1', duty);
      const refusal = await rejection(fixture.store.sandboxes.reserve(newSandbox('sb-1')), 'capacity');
      expect(refusal).to.include({ limit: 'worker_closed' });
      await fixture.store.workers.setDuty('worker-1', { cordoned: false, drainRequested: false });
      expect((await fixture.store.sandboxes.reserve(newSandbox('sb-1'))).sandbox.state).to.equal('creating');
    });
  }

  it('holds against 64 reservations at once: none is granted after the cordon', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
    try {
      const stores: readonly Store[] = [fixture.store, second];
      const reserve = (n: number) => stores[n % 2]!.sandboxes.reserve(newSandbox(`sb-${n}`));
      const early = Promise.allSettled(Array.from({ length: 64 }, (_, n) => reserve(n)));
      await second.workers.setDuty('worker-1', { cordoned: true });
      const late = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => reserve(100 + n)));
      for (const result of [...(await early), ...late]) {
        if (result.status === 'rejected')
          expect(result.reason).to.be.instanceOf(StoreError).with.property('limit', 'worker_closed');
      }
      expect(late.every(({ status }) => status === 'rejected')).to.equal(true);
    } finally {
      await second.close();
    }
  });

  describe('a removal', () => {
    it('refuses while the worker is heard of, unless it said that it is offline', async () => {
      const { store, clock } = fixture;
      const unlessHeardSince = new Date(clock().getTime() - 120_000);
      expect(await store.workers.remove('worker-1', { unlessHeardSince })).to.equal('online');
      await store.workers.upsertHeartbeat(heartbeat('worker-1', { status: 'Offline' }));
      expect(await store.workers.remove('worker-1', { unlessHeardSince })).to.equal('removed');
      expect(await store.workers.remove('worker-1', { unlessHeardSince })).to.equal('not_found');
      clock.advance(120_001);
      const later = new Date(clock().getTime() - 120_000);
      expect(await store.workers.remove('worker-2', { unlessHeardSince: later })).to.equal('removed');
    });

    it('refuses while there are sandboxes, until they are destroyed', async () => {
      const { sandboxes, workers } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      expect(await workers.remove('worker-1', { unlessHolding: true })).to.equal('has_sandboxes');
      await sandboxes.markDestroyed('sb-1');
      expect(await workers.remove('worker-1', { unlessHolding: true })).to.equal('removed');
    });

    it('against 64 reservations at once leaves no sandbox on a worker that is gone', async () => {
      const { sandboxes, workers } = fixture.store;
      const removal = workers.remove('worker-1', { unlessHolding: true });
      const reservations = await Promise.allSettled(
        Array.from({ length: 64 }, (_, n) => sandboxes.reserve(newSandbox(`sb-${n}`))),
      );
      const placed = reservations.filter(({ status }) => status === 'fulfilled').length;
      expect([await removal, placed]).to.deep.equal(placed === 0 ? ['removed', 0] : ['has_sandboxes', 64]);
    });
  });

  describe('an eviction', () => {
    it('claims what is on workers past their deadline, whatever its state, and nothing else', async () => {
      const { store, clock } = fixture;
      for (const [id, workerId] of [
        ['sb-creating', 'worker-1'],
        ['sb-running', 'worker-1'],
        ['sb-destroyed', 'worker-1'],
        ['sb-elsewhere', 'worker-2'],
      ] as const) {
        await store.sandboxes.reserve(newSandbox(id, { workerId }));
      }
      await store.sandboxes.transition('sb-running', { from: ['creating'], to: 'running' });
      await store.sandboxes.markDestroyed('sb-destroyed');
      const claim = async () =>
        (await store.sandboxes.claimEvicted({ before: clock(), claimMs: 1_000 })).map(({ id }) => id).sort();
      await store.workers.setDuty('worker-2', { drainRequested: true });
      const deadline = new Date(clock().getTime() + 60_000);
      await store.workers.setDuty('worker-1', { drainRequested: true, drainDeadline: deadline });
      expect(await claim()).to.deep.equal([]);
      clock.advance(60_000);
      expect(await claim()).to.deep.equal(['sb-creating', 'sb-running']);
      expect(await claim()).to.deep.equal([]);
      clock.advance(1_001);
      expect(await claim()).to.deep.equal(['sb-creating', 'sb-running']);
    });

    it('gives each of 64 sandboxes to exactly one of 64 claims', async () => {
      const { store, clock } = fixture;
      await Promise.all(Array.from({ length: 64 }, (_, n) => store.sandboxes.reserve(newSandbox(`sb-${n}`))));
      await store.workers.setDuty('worker-1', { drainRequested: true, drainDeadline: clock() });
      const claims = await Promise.all(
        Array.from({ length: 64 }, () =>
          store.sandboxes.claimEvicted({ before: clock(), claimMs: 60_000, limit: 3 }),
        ),
      );
      const rest = await store.sandboxes.claimEvicted({ before: clock(), claimMs: 60_000, limit: 1000 });
      const ids = [...claims.flat(), ...rest].map(({ id }) => id);
      expect(ids).to.have.length(64);
      expect(new Set(ids).size).to.equal(64);
    });
  });

  it('tells what sandboxes take up, and refuses what exceeds memory or vcpus of a worker', async () => {
    const { sandboxes } = fixture.store;
    const big = { memoryMb: 400, vcpus: 2, maxMemoryMbOnWorker: 1_000, maxVcpusOnWorker: 5 };
    await sandboxes.reserve(newSandbox('sb-1', big));
    await sandboxes.reserve(newSandbox('sb-2', big));
    const memory = await rejection(sandboxes.reserve(newSandbox('sb-3', { ...big, vcpus: 1 })), 'capacity');
    expect(memory).to.include({ limit: 'worker', message: 'max memory on the worker reached (1000)' });
    const vcpus = await rejection(sandboxes.reserve(newSandbox('sb-3', { ...big, memoryMb: 1 })), 'capacity');
    expect(vcpus).to.include({ limit: 'worker', message: 'max vcpus on the worker reached (5)' });
    await sandboxes.reserve(newSandbox('sb-3', { ...big, memoryMb: 200, vcpus: 1 }));
    expect(await sandboxes.loadByWorker()).to.deep.equal(
      new Map([['worker-1', { sandboxes: 3, memoryMb: 1_000, vcpus: 5 }]]),
    );
    await sandboxes.markDestroyed('sb-1');
    await sandboxes.reserve(newSandbox('sb-4', big));
  });

  it('grants 64 contenders of two control planes exactly the memory that the worker has', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
    try {
      const results = await Promise.allSettled(
        Array.from({ length: 64 }, (_, n) =>
          [fixture.store, second][n % 2]!.sandboxes.reserve(
            newSandbox(`sb-${n}`, { memoryMb: 100, maxMemoryMbOnWorker: 1_050 }),
          ),
        ),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(10);
    } finally {
      await second.close();
    }
  });

  it('lists what is placed on some workers', async () => {
    const { sandboxes } = fixture.store;
    await sandboxes.reserve(newSandbox('sb-1'));
    await sandboxes.reserve(newSandbox('sb-2', { workerId: 'worker-2' }));
    await sandboxes.reserve(newSandbox('sb-3'));
    await sandboxes.markDestroyed('sb-3');
    expect(await sandboxes.placedOn([])).to.deep.equal([]);
    const placed = await sandboxes.placedOn(['worker-1', 'worker-z']);
    expect(placed.map(({ id, workerId, state }) => [id, workerId, state])).to.deep.equal([
      ['sb-1', 'worker-1', 'creating'],
    ]);
  });
});
