import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import type { FakeWorker } from './fake-worker.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { rejection } from './rejection.js';

describe('fleet', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    worker = await fixture.worker('worker-a');
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const beat = (held?: readonly string[]) =>
    orchestrator.fleet.heartbeat({
      ...worker.heartbeat(),
      held: held?.map((id) => ({ id, generation: 1 })),
    });
  const recorded = async (id: string) => {
    const { state, stateReason } = await orchestrator.get(id);
    return stateReason === '' ? state : `${state} (${stateReason})`;
  };
  const unhealthy = (id: string, reason: string) =>
    fixture.store.sandboxes.transition(id, { from: ['running'], to: 'unhealthy', reason });

  describe('heartbeat', () => {
    it('registers a worker, and logs each of its starts once', async () => {
      const told = (changes: object) =>
        orchestrator.fleet.heartbeat({ ...worker.heartbeat({ id: 'worker-new' }), ...changes });
      const { worker: record } = await told({ instanceId: 'one' });
      await told({ instanceId: 'one' });
      await told({ instanceId: 'two' });
      expect(record).to.deep.include({
        id: 'worker-new',
        status: 'online',
        providers: ['mock'],
        rpcUrl: worker.url,
        lastHeartbeat: fixture.clock(),
      });
      const starts = fixture.log.filter(({ message }) => message === 'worker registered');
      expect(starts).to.have.length(2);
    });

    it('is not lost with that of another worker which cannot be written', async () => {
      let deep: unknown[] = [];
      for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
      const ids = ['worker-b', 'worker-c', 'worker-d'];
      const told = [...ids, 'worker-bad'].map((id) => {
        const capacity = id === 'worker-bad' ? { deep } : {};
        return orchestrator.fleet.heartbeat({ ...worker.heartbeat({ id, capacity }) });
      });
      const outcomes = await Promise.allSettled(told);
      expect(outcomes.map(({ status }) => status)).to.deep.equal([...ids.map(() => 'fulfilled'), 'rejected']);
    });

    it('brings a stale worker back into service', async () => {
      fixture.clock.advance(2 * MINUTE + 1);
      await rejection(orchestrator.spawn({}), 'no_eligible_worker');
      await beat();
      expect((await orchestrator.spawn({})).workerId).to.equal('worker-a');
    });

    it('names what the worker must release: unknown, destroyed, and of another worker', async () => {
      const mine = await orchestrator.spawn({});
      const destroyed = await orchestrator.spawn({});
      await orchestrator.destroy(destroyed.id);
      await fixture.worker('worker-b', { providers: ['other'] });
      const foreign = await orchestrator.spawn({ provider: 'other' });
      const { release } = await beat([mine.id, destroyed.id, foreign.id, 'sb-unknown']);
      expect([...release].sort()).to.deep.equal([destroyed.id, foreign.id, 'sb-unknown'].sort());
    });

    it('lets the worker keep a sandbox that is still being created', async () => {
      let release: readonly string[] = ['not asked'];
      worker.behaviour.spawn = async ({ sandboxId }, _context, proceed) => {
        ({ release } = await beat([sandboxId]));
        return proceed();
      };
      await orchestrator.spawn({});
      expect(release).to.deep.equal([]);
    });

    it('finds every sandbox of a worker that holds more than one page of them', async function () {
      this.timeout(60_000);
      // A database of its own goes as a whole, with all of them.
      const crowded = await openFixture();
      const holder = await crowded.worker('worker-a');
      const reservations = Array.from({ length: 1_005 }, (_, n) => ({
        id: `sb-many-${n}`,
        provider: 'mock',
        image: 'host',
        memoryMb: 1,
        vcpus: 1,
        workerId: 'worker-a',
        expiresAt: new Date(crowded.clock().getTime() + 30 * MINUTE),
        leaseTtlMs: 35 * MINUTE,
      }));
      try {
        for (let from = 0; from < reservations.length; from += 50) {
          const batch = reservations.slice(from, from + 50);
          await Promise.all(batch.map((each) => crowded.store.sandboxes.reserve(each)));
        }
        const held = [...reservations.map(({ id }) => id), 'sb-unknown'];
        const { release } = await crowded.orchestrator().fleet.heartbeat({
          ...holder.heartbeat(),
          held: held.map((id) => ({ id, generation: 1 })),
        });
        expect(release).to.deep.equal(['sb-unknown']);
      } finally {
        await crowded.close();
      }
    });

    it('suspects what the worker does not hold, after a time in which it may not have heard of it', async () => {
      const { id } = await orchestrator.spawn({});
      fixture.clock.advance(10_000);
      await beat([]);
      expect(await recorded(id)).to.equal('running');
      fixture.clock.advance(1);
      await beat([]);
      expect(await recorded(id)).to.equal('unhealthy (runtime_missing)');
    });

    it('suspects an idle sandbox as well', async () => {
      const { id } = await orchestrator.spawn({});
      await fixture.store.sandboxes.transition(id, { from: ['running'], to: 'idle' });
      fixture.clock.advance(10_001);
      await beat([]);
      expect(await recorded(id)).to.equal('unhealthy (runtime_missing)');
    });

    it('concludes nothing from a worker that does not say what it holds', async () => {
      const { id } = await orchestrator.spawn({});
      fixture.clock.advance(MINUTE);
      expect((await beat(undefined)).release).to.deep.equal([]);
      expect(await recorded(id)).to.equal('running');
    });

    for (const reason of [
      'worker_missing',
      'worker_stale',
      'worker_unreachable',
      'worker_connection_lost',
      'worker_timeout',
      'worker_stream_truncated',
    ]) {
      it(`makes a sandbox healthy again that was ${reason} and is held`, async () => {
        const { id } = await orchestrator.spawn({});
        await unhealthy(id, reason);
        await beat([]);
        expect(await recorded(id)).to.equal(`unhealthy (${reason})`);
        await beat([id]);
        expect(await recorded(id)).to.equal('running');
      });
    }

    it('does not outweigh what was found out while it waited to be written', async () => {
      const { id } = await orchestrator.spawn({});
      const { sandboxes, workers } = fixture.store;
      const placedOn: typeof sandboxes.placedOn = async (ids) => {
        fixture.clock.advance(1);
        await unhealthy(id, 'worker_connection_lost');
        return sandboxes.placedOn(ids);
      };
      const { fleet } = fixture.orchestrator({
        store: { ...fixture.store, workers, sandboxes: { ...sandboxes, placedOn } },
      });
      await fleet.heartbeat({ ...worker.heartbeat(), held: [{ id, generation: 1 }] });
      expect(await recorded(id)).to.equal('unhealthy (worker_connection_lost)');
      await beat([id]);
      expect(await recorded(id)).to.equal('running');
    });

    for (const reason of ['runtime_stopped', 'runtime_missing', 'worker_rpc_unavailable']) {
      it(`does not outweigh a call that found ${reason}`, async () => {
        const { id } = await orchestrator.spawn({});
        await unhealthy(id, reason);
        await beat([id]);
        expect(await recorded(id)).to.equal(`unhealthy (${reason})`);
      });
    }

    /** A fleet of a size that nobody would want to register in a test. */
    const fleetOf = (size: () => number) => {
      const workers = { ...fixture.store.workers, count: async () => size() };
      return fixture.orchestrator({ store: { ...fixture.store, workers } }).fleet;
    };

    it('sets a pace that grows with the fleet, within bounds', async () => {
      const paceOf = async (size: number): Promise<number> =>
        (await fleetOf(() => size).heartbeat(worker.heartbeat())).nextHeartbeatMs;
      expect(await paceOf(1)).to.equal(5_000);
      expect(await paceOf(2_500)).to.equal(5_000);
      expect(await paceOf(3_000)).to.equal(6_000);
      expect(await paceOf(10_000)).to.equal(20_000);
      expect(await paceOf(15_500)).to.equal(30_000);
    });

    it('varies the pace, so that workers which came together do not stay together', async () => {
      const paceWith = async (random: number) =>
        (await fixture.orchestrator({ random: () => random }).fleet.heartbeat(worker.heartbeat()))
          .nextHeartbeatMs;
      expect([await paceWith(0), await paceWith(1)]).to.deep.equal([4_500, 5_500]);
    });

    it('counts the fleet anew after a while', async () => {
      let size = 1;
      const fleet = fleetOf(() => size);
      const pace = async () => (await fleet.heartbeat(worker.heartbeat())).nextHeartbeatMs;
      expect(await pace()).to.equal(5_000);
      size = 5_000;
      expect(await pace()).to.equal(5_000);
      fixture.clock.advance(30_001);
      expect(await pace()).to.equal(10_000);
    });

    it('writes what comes in together by one statement, and answers each worker about itself', async () => {
      const batches: number[] = [];
      const { fleet } = fixture.orchestrator({
        onHeartbeatBatch: ({ heartbeats, outcome }) => {
          expect(outcome).to.equal('written');
          batches.push(heartbeats);
        },
      });
      const { id } = await orchestrator.spawn({});
      const outcomes = await Promise.all(
        Array.from({ length: 64 }, (_, n) =>
          fleet.heartbeat({
            ...worker.heartbeat({ id: n === 0 ? 'worker-a' : `worker-${n}` }),
            held: [{ id: n === 0 ? id : `sb-of-${n}`, generation: 1 }],
          }),
        ),
      );
      expect(batches).to.deep.equal([64]);
      for (const [n, { worker: record, release }] of outcomes.entries()) {
        expect(record.id).to.equal(n === 0 ? 'worker-a' : `worker-${n}`);
        expect(release).to.deep.equal(n === 0 ? [] : [`sb-of-${n}`]);
        expect(await fixture.store.workers.get(record.id)).to.include({ id: record.id });
      }
      expect(fleet.status()).to.include({ waitingHeartbeats: 0, paceMs: 5_000 });
    });

    it('lets one worker that sends what cannot be stored spoil it for nobody else', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          orchestrator.fleet.heartbeat(
            worker.heartbeat({ id: `worker-${n}`, hostname: n === 7 ? 'a\0b' : 'fine' }),
          ),
        ),
      );
      const refused = results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []));
      expect(refused).to.deep.equal([7]);
    });
  });

  it('lists workers page by page and gets one by id', async () => {
    await fixture.worker('worker-b');
    const first = await orchestrator.fleet.list({ limit: 1 });
    expect(first.items.map(({ id }) => id)).to.deep.equal(['worker-a']);
    const second = await orchestrator.fleet.list({ limit: 1, after: first.nextCursor! });
    expect(second.items.map(({ id }) => id)).to.deep.equal(['worker-b']);
    expect(second.nextCursor).to.equal(undefined);
    expect((await orchestrator.fleet.get('worker-b')).id).to.equal('worker-b');
    await rejection(orchestrator.fleet.get('worker-z'), 'worker_not_found');
  });
});
