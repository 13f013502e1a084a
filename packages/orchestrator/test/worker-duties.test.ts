import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { evictDrained } from '../src/reconcile.js';
import { eventually } from './eventually.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { rejection } from './rejection.js';

describe('duties of workers', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    await fixture.worker('worker-a');
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const fleet = () => orchestrator.fleet;

  for (const [close, open] of [
    ['cordon', 'uncordon'],
    ['drain', 'undrain'],
  ] as const) {
    it(`${close} keeps new sandboxes away until ${open}, and what runs stays`, async () => {
      const { id } = await orchestrator.spawn({});
      await fleet()[close]('worker-a');
      await rejection(orchestrator.spawn({}), 'no_eligible_worker');
      expect((await orchestrator.get(id)).state).to.equal('running');
      await fleet()[open]('worker-a');
      expect((await orchestrator.spawn({})).workerId).to.equal('worker-a');
    });
  }

  it('holds for another control plane as well, and over the heartbeats of the worker', async () => {
    const other = fixture.orchestrator();
    const worker = await fixture.worker('worker-b');
    await fleet().cordon('worker-a');
    await other.fleet.drain('worker-b');
    expect((await orchestrator.fleet.heartbeat(worker.heartbeat())).worker.drainRequested).to.equal(true);
    await rejection(other.spawn({}), 'no_eligible_worker');
    await rejection(orchestrator.spawn({}), 'no_eligible_worker');
  });

  it('goes to the next worker when the chosen one is closed meanwhile', async () => {
    await fixture.worker('worker-b');
    const { sandboxes, workers } = fixture.store;
    // Between the choice and the reservation.
    const reserve: typeof sandboxes.reserve = async (input) => {
      if (input.workerId === 'worker-a') await workers.setDuty('worker-a', { cordoned: true });
      return sandboxes.reserve(input);
    };
    const racing = fixture.orchestrator({
      store: { ...fixture.store, sandboxes: { ...sandboxes, reserve } },
    });
    expect((await racing.spawn({})).workerId).to.equal('worker-b');
  });

  it('tells which worker there is none of', async () => {
    for (const duty of ['cordon', 'uncordon', 'drain', 'undrain', 'remove'] as const) {
      await rejection(fleet()[duty]('worker-z') as Promise<unknown>, 'worker_not_found');
    }
  });

  describe('a drain with a deadline', () => {
    it('destroys what is left when it has passed, and nothing elsewhere', async () => {
      const worker = await fixture.worker('worker-b');
      await fleet().cordon('worker-b');
      const { id } = await orchestrator.spawn({});
      await fleet().uncordon('worker-b');
      await fleet().drain('worker-a', { deadline: new Date(fixture.clock().getTime() + MINUTE) });
      const elsewhere = await orchestrator.spawn({});
      expect(elsewhere.workerId).to.equal('worker-b');
      await evictDrained(fixture.reconciler());
      expect((await orchestrator.get(id)).state).to.equal('running');
      fixture.clock.advance(MINUTE);
      await evictDrained(fixture.reconciler());
      await rejection(orchestrator.get(id), 'sandbox_not_found');
      expect(await fixture.store.sandboxes.get(id)).to.include({ stateReason: 'evicted' });
      expect(worker.sandboxes.has(elsewhere.id)).to.equal(true);
      expect((await orchestrator.get(elsewhere.id)).state).to.equal('running');
    });

    it('is carried out at once by whoever is told of the change', async () => {
      const { id } = await orchestrator.spawn({});
      const distant = fixture.orchestrator({ reapIntervalMs: 60 * MINUTE });
      distant.start();
      await fleet().drain('worker-a', { deadline: fixture.clock() });
      distant.workersChanged();
      await eventually(async () =>
        expect((await fixture.store.sandboxes.get(id))?.state).to.equal('destroyed'),
      );
    });

    it('is carried out after another one that takes its time', async () => {
      const worker = await fixture.worker('worker-b');
      const ids: string[] = [];
      for (const cordoned of ['worker-a', 'worker-b']) {
        await fleet().cordon(cordoned);
        ids.push((await orchestrator.spawn({})).id);
        await fleet().uncordon(cordoned);
      }
      const distant = fixture.orchestrator({ reapIntervalMs: 60 * MINUTE });
      distant.start();
      const gate = closedGate();
      worker.behaviour.destroy = async (_params, _context, proceed) => {
        await gate.passed;
        proceed();
      };
      await fleet().drain('worker-b', { deadline: fixture.clock() });
      distant.workersChanged();
      await eventually(() => expect(worker.calls).to.include(`destroy ${ids[0]}`));
      await fleet().drain('worker-a', { deadline: fixture.clock() });
      distant.workersChanged();
      gate.open();
      await eventually(async () => {
        for (const id of ids) expect((await fixture.store.sandboxes.get(id))?.state).to.equal('destroyed');
      });
    });

    it('destroys each sandbox once, whoever of several control planes does it', async () => {
      const worker = await fixture.worker('worker-b');
      await fleet().cordon('worker-a');
      const ids: string[] = [];
      for (let n = 0; n < 16; n += 1) ids.push((await orchestrator.spawn({})).id);
      await fleet().drain('worker-b', { deadline: fixture.clock() });
      await Promise.all(Array.from({ length: 8 }, () => evictDrained(fixture.reconciler())));
      const destroyed = worker.calls.filter((call) => call.startsWith('destroy '));
      expect(destroyed.sort()).to.deep.equal(ids.map((id) => `destroy ${id}`).sort());
    });

    it('is called off by undrain, and replaced by another drain', async () => {
      const { id } = await orchestrator.spawn({});
      await fleet().drain('worker-a', { deadline: fixture.clock() });
      expect((await fleet().drain('worker-a')).drainDeadline).to.equal(null);
      await fleet().drain('worker-a', { deadline: fixture.clock() });
      expect((await fleet().undrain('worker-a')).drainDeadline).to.equal(null);
      await evictDrained(fixture.reconciler());
      expect((await orchestrator.get(id)).state).to.equal('running');
    });
  });

  describe('a removal', () => {
    it('refuses a worker that is online, then one with sandboxes, then does it', async () => {
      const { id } = await orchestrator.spawn({});
      await rejection(fleet().remove('worker-a'), 'worker_online');
      fixture.clock.advance(2 * MINUTE + 1);
      await rejection(fleet().remove('worker-a'), 'worker_has_sandboxes');
      await orchestrator.destroy(id);
      await fleet().remove('worker-a');
      await rejection(fleet().get('worker-a'), 'worker_not_found');
    });

    it('takes a worker at its word that it is offline', async () => {
      const worker = await fixture.worker('worker-b');
      await fleet().heartbeat(worker.heartbeat({ status: 'offline' }));
      await fleet().remove('worker-b');
    });

    it('is done by force in any case, and the worker may come back', async () => {
      const worker = await fixture.worker('worker-b');
      await fleet().cordon('worker-a');
      await orchestrator.spawn({});
      await fleet().cordon('worker-b');
      await fleet().remove('worker-b', { force: true });
      await rejection(fleet().get('worker-b'), 'worker_not_found');
      const { worker: again } = await fleet().heartbeat(worker.heartbeat());
      expect(again).to.include({ cordoned: false, flaps: 0 });
    });
  });

  describe('requirements', () => {
    beforeEach(async () => {
      await fixture.worker('worker-eu', { capacity: { labels: { zone: 'eu', disk: 'ssd' } } });
      await fixture.worker('worker-us', { capacity: { labels: { zone: 'us' }, max_sandboxes: 1 } });
    });

    it('choose the worker that carries the labels, however loaded', async () => {
      for (let n = 0; n < 3; n += 1) {
        expect((await orchestrator.spawn({ requirements: { zone: 'eu' } })).workerId).to.equal('worker-eu');
      }
    });

    it('that no worker meets are told apart from workers that are busy', async () => {
      await rejection(orchestrator.spawn({ requirements: { zone: 'moon' } }), 'requirements_unmet');
      await orchestrator.spawn({ requirements: { zone: 'us' } });
      await rejection(orchestrator.spawn({ requirements: { zone: 'us' } }), 'no_eligible_worker');
    });

    it('let others pass who wait for other workers', async () => {
      const queueing = fixture.orchestrator({ spawnQueue: { maxWaiting: 10, timeoutMs: 60_000 } });
      const first = await queueing.spawn({ requirements: { zone: 'us' } });
      const waiting = queueing.spawn({ requirements: { zone: 'us' } });
      await eventually(() => expect(queueing.spawnQueue.stats().depth).to.equal(1));
      expect((await queueing.spawn({ requirements: { zone: 'eu' } })).workerId).to.equal('worker-eu');
      await queueing.destroy(first.id);
      expect((await waiting).workerId).to.equal('worker-us');
    });
  });

  it('place by the memory that is left, and let nobody wait for what no worker has', async () => {
    await fleet().cordon('worker-a');
    await fixture.worker('worker-b', { capacity: { memory_mb: 1_000 } });
    await orchestrator.spawn({ memoryMb: 600 });
    await rejection(orchestrator.spawn({ memoryMb: 600 }), 'no_eligible_worker');
    await orchestrator.spawn({ memoryMb: 400 });
    const queueing = fixture.orchestrator({ spawnQueue: { maxWaiting: 10, timeoutMs: 60_000 } });
    await rejection(queueing.spawn({ memoryMb: 1_001 }), 'no_eligible_worker');
  });
});
