import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf, rejection } from './rejection.js';

const QUEUE = { maxWaiting: 100, timeoutMs: 60_000 };

describe('admission', () => {
  let fixture: OrchestratorFixture;
  let worker: FakeWorker;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    worker = await fixture.worker('worker-a');
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const waiting = (plane: Orchestrator, depth: number) =>
    eventually(() => expect(plane.spawnQueue.stats().depth).to.equal(depth));
  const recorded = async (): Promise<number> => (await fixture.store.sandboxes.list({})).items.length;

  describe('under a limit of each owner', () => {
    it('grants exactly 5 of 64 spawns that one owner asks two control planes for', async () => {
      const other = await fixture.worker('worker-b');
      const planes = [1, 2].map(() => fixture.orchestrator({ maxSandboxesPerOwner: 5 }));
      const spawns = Array.from({ length: 64 }, (_, n) => planes[n % 2]!.spawn({ ownerId: 'ada' }));
      const results = await Promise.allSettled(spawns);
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(refusals).to.have.length(59);
      for (const refusal of refusals) {
        expect(refusal).to.include({
          code: 'max_sandboxes_per_owner',
          message: 'resource limit exceeded: max sandboxes per owner reached (5)',
        });
      }
      expect(worker.sandboxes.size + other.sandboxes.size).to.equal(5);
      expect(await recorded()).to.equal(5);
    });

    it('does not count the sandboxes of others, nor those that ended', async () => {
      const plane = fixture.orchestrator({ maxSandboxesPerOwner: 1 });
      const { id } = await plane.spawn({ ownerId: 'ada' });
      await rejection(plane.spawn({ ownerId: 'ada' }), 'max_sandboxes_per_owner');
      expect((await plane.spawn({ ownerId: 'bob' })).ownerId).to.equal('bob');
      await plane.destroy(id);
      expect((await plane.spawn({ ownerId: 'ada' })).state).to.equal('running');
    });

    it('counts what names no owner as its caller’s, and without a caller not at all', async () => {
      const plane = fixture.orchestrator({ maxSandboxesPerOwner: 1 });
      const byCaller = { callerId: 'key-1', ownerId: '' };
      expect((await plane.spawn(byCaller)).ownerId).to.equal('key-1');
      await rejection(plane.spawn(byCaller), 'max_sandboxes_per_owner');
      expect((await plane.spawn({ ownerId: 'ada', callerId: 'key-1' })).ownerId).to.equal('ada');
      await plane.spawn({});
      expect((await plane.spawn({})).ownerId).to.equal('');
    });
  });

  describe('with a queue', () => {
    it('refuses nothing of 64 spawns that two control planes have room for four of at a time', async () => {
      const planes = [1, 2].map(() => fixture.orchestrator({ maxSandboxes: 4, spawnQueue: QUEUE }));
      let most = 0;
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        const result = proceed();
        most = Math.max(most, worker.sandboxes.size);
        return result;
      };
      await Promise.all(
        Array.from({ length: 64 }, async (_, n) => {
          const plane = planes[n % 2]!;
          await plane.destroy((await plane.spawn({ ownerId: `owner-${n % 5}` })).id);
        }),
      );
      expect(most).to.equal(4);
      expect(await recorded()).to.equal(0);
      for (const plane of planes) {
        const { depth, queuedTotal, dequeuedTotal } = plane.spawnQueue.stats();
        expect([depth, dequeuedTotal]).to.deep.equal([0, queuedTotal]);
      }
    }).timeout(20_000);

    it('serves owners by turns, and each in the order in which it asked', async () => {
      const plane = fixture.orchestrator({ maxSandboxes: 1, spawnQueue: QUEUE });
      let { id } = await plane.spawn({});
      const order: string[] = [];
      const spawns: Promise<string>[] = [];
      for (const name of ['ada-1', 'ada-2', 'ada-3', 'bob-1', 'bob-2']) {
        const request = { ownerId: name.slice(0, 3), metadata: { name } };
        spawns.push(
          plane.spawn(request).then((sandbox) => {
            order.push(name);
            return sandbox.id;
          }),
        );
        if (name === 'ada-1') await waiting(plane, 1);
      }
      await waiting(plane, 5);
      for (let left = 4; left >= 0; left -= 1) {
        await plane.destroy(id);
        await waiting(plane, left);
        await eventually(() => expect(order).to.have.length(5 - left));
        id = (await plane.list({})).items[0]!.id;
      }
      await Promise.all(spawns);
      expect(order).to.deep.equal(['ada-1', 'bob-1', 'ada-2', 'bob-2', 'ada-3']);
    });

    it('keeps an owner at its limit waiting and lets others pass', async () => {
      const plane = fixture.orchestrator({ maxSandboxesPerOwner: 1, spawnQueue: QUEUE });
      const first = await plane.spawn({ ownerId: 'ada' });
      const second = plane.spawn({ ownerId: 'ada' });
      await waiting(plane, 1);
      expect((await plane.spawn({ ownerId: 'bob' })).state).to.equal('running');
      expect(plane.spawnQueue.stats().queuedTotal).to.equal(1);
      await plane.destroy(first.id);
      expect((await second).state).to.equal('running');
    });

    it('waits for a place on workers that are full', async () => {
      await fixture.store.workers.upsertHeartbeat(worker.heartbeat({ capacity: { max_sandboxes: 1 } }));
      const plane = fixture.orchestrator({ spawnQueue: QUEUE });
      const first = await plane.spawn({});
      const second = plane.spawn({});
      await waiting(plane, 1);
      await plane.destroy(first.id);
      expect((await second).workerId).to.equal('worker-a');
    });

    it('notices a sandbox that another control plane ended, and a worker that is new', async () => {
      await fixture.store.workers.upsertHeartbeat(worker.heartbeat({ capacity: { max_sandboxes: 1 } }));
      const plane = fixture.orchestrator({ spawnQueue: QUEUE });
      const first = await plane.spawn({});
      const [second, third] = [plane.spawn({}), plane.spawn({})];
      await waiting(plane, 2);
      await fixture.orchestrator().destroy(first.id);
      expect((await second).workerId).to.equal('worker-a');
      await fixture.worker('worker-b');
      expect((await third).workerId).to.equal('worker-b');
    });

    it('notices a place that a failed spawn gave back', async () => {
      const plane = fixture.orchestrator({ maxSandboxes: 1, spawnQueue: QUEUE });
      const failing = closedGate();
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        delete worker.behaviour.spawn;
        await failing.passed;
        proceed();
        throw new Error('as arranged');
      };
      const first = failureOf(plane.spawn({}));
      await eventually(() => expect(worker.calls).to.have.length(1));
      const second = plane.spawn({});
      await waiting(plane, 1);
      failing.open();
      expect(await first).to.include({ code: 'worker_failed' });
      expect((await second).state).to.equal('running');
    });

    const hopeless: ReadonlyArray<readonly [string, () => Promise<unknown>, string]> = [
      ['without a worker', () => fixture.store.workers.delete('worker-a'), 'no_eligible_worker'],
      [
        'while the only worker drains',
        () => fixture.store.workers.setDrainRequested('worker-a', true),
        'no_eligible_worker',
      ],
      [
        'when the only worker was not heard of for long',
        async () => fixture.clock.advance(121_000),
        'no_eligible_worker',
      ],
      [
        'when no worker has the provider',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat({ providers: ['docker'] })),
        'provider_unknown',
      ],
    ];
    for (const [name, arrange, code] of hopeless) {
      it(`refuses at once ${name}`, async () => {
        await arrange();
        const plane = fixture.orchestrator({ spawnQueue: QUEUE });
        expect(await failureOf(plane.spawn({}))).to.include({ code });
        expect(plane.spawnQueue.stats().queuedTotal).to.equal(0);
      });
    }

    describe('leaves no trace of a spawn', () => {
      let first: string;
      const full = async (timeoutMs: number): Promise<Orchestrator> => {
        const plane = fixture.orchestrator({ maxSandboxes: 1, spawnQueue: { maxWaiting: 1, timeoutMs } });
        first = (await plane.spawn({})).id;
        return plane;
      };
      const alone = async (): Promise<void> => {
        expect((await fixture.store.sandboxes.list({})).items.map(({ id }) => id)).to.deep.equal([first]);
        expect((await fixture.store.leases.list()).items).to.have.length(1);
        expect(worker.calls).to.have.length(1);
      };

      it('whose time was over', async () => {
        const plane = await full(30);
        await rejection(plane.spawn({}), 'spawn_queue_timeout');
        await alone();
      });

      it('that found the queue full', async () => {
        const plane = await full(60_000);
        const waits = rejection(plane.spawn({}), 'shutting_down');
        await waiting(plane, 1);
        await rejection(plane.spawn({}), 'spawn_queue_full');
        await alone();
        await plane.stop();
        await waits;
      });

      it('whose caller went away', async () => {
        const plane = await full(60_000);
        const caller = new AbortController();
        const gone = rejection(plane.spawn({}, caller.signal), 'cancelled');
        await waiting(plane, 1);
        caller.abort();
        await gone;
        await alone();
      });

      it('that was turned away by the stop', async () => {
        const plane = await full(60_000);
        const waits = rejection(plane.spawn({}), 'shutting_down');
        await waiting(plane, 1);
        await plane.stop();
        expect((await waits).message).to.include('send it again');
        await alone();
      });
    });

    it('gives the place back that it got for a caller who had gone, and asks no worker', async () => {
      const { sandboxes } = fixture.store;
      const caller = new AbortController();
      const reserve: typeof sandboxes.reserve = async (input) => {
        const reservation = await sandboxes.reserve(input);
        caller.abort();
        return reservation;
      };
      const store = { ...fixture.store, sandboxes: { ...sandboxes, reserve } };
      const plane = fixture.orchestrator({ store, maxSandboxes: 1, spawnQueue: QUEUE });
      await rejection(plane.spawn({}, caller.signal), 'cancelled');
      expect([await recorded(), worker.calls]).to.deep.equal([0, []]);
      expect((await fixture.store.leases.list()).items).to.deep.equal([]);
    });
  });
});
