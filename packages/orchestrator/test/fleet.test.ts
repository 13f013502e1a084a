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

    it('finds every sandbox of a worker that holds more than one page of them', async () => {
      const reservations = Array.from({ length: 1_005 }, (_, n) => ({
        id: `sb-many-${n}`,
        provider: 'mock',
        image: 'host',
        memoryMb: 1,
        vcpus: 1,
        workerId: 'worker-a',
        expiresAt: new Date(fixture.clock().getTime() + 30 * MINUTE),
        leaseTtlMs: 35 * MINUTE,
      }));
      for (let from = 0; from < reservations.length; from += 50) {
        const batch = reservations.slice(from, from + 50);
        await Promise.all(batch.map((each) => fixture.store.sandboxes.reserve(each)));
      }
      const { release } = await beat([...reservations.map(({ id }) => id), 'sb-unknown']);
      expect(release).to.deep.equal(['sb-unknown']);
      await fixture.reset();
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

    for (const reason of ['runtime_stopped', 'runtime_missing', 'worker_rpc_unavailable']) {
      it(`does not outweigh a call that found ${reason}`, async () => {
        const { id } = await orchestrator.spawn({});
        await unhealthy(id, reason);
        await beat([id]);
        expect(await recorded(id)).to.equal(`unhealthy (${reason})`);
      });
    }

    it('sets a pace that grows with the fleet, within bounds', async () => {
      const paceOf = async (size: number): Promise<number> => {
        const { items } = await fixture.store.workers.list({ limit: 1000 });
        const others = Array.from({ length: size - items.length }, (_, n) =>
          worker.heartbeat({ id: `worker-of-many-${size}-${n}` }),
        );
        await fixture.store.workers.upsertHeartbeats(others);
        return (await fixture.orchestrator().fleet.heartbeat(worker.heartbeat())).nextHeartbeatMs;
      };
      expect(await paceOf(1)).to.equal(5_000);
      expect(await paceOf(50)).to.equal(5_000);
      expect(await paceOf(123)).to.equal(12_300);
      expect(await paceOf(400)).to.equal(30_000);
    });

    it('counts the fleet anew after a while', async () => {
      expect((await beat()).nextHeartbeatMs).to.equal(5_000);
      const many = Array.from({ length: 99 }, (_, n) => worker.heartbeat({ id: `worker-late-${n}` }));
      await fixture.store.workers.upsertHeartbeats(many);
      expect((await beat()).nextHeartbeatMs).to.equal(5_000);
      fixture.clock.advance(30_001);
      expect((await beat()).nextHeartbeatMs).to.equal(10_000);
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
