import { StoreError } from '@stacyvm/store';
import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { checkRunning, endAbandonedSpawns, type ReconcileOptions, reapExpired } from '../src/reconcile.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture, SPAWN_TIMEOUT_MS } from './orchestrator-fixture.js';
import { failureOf } from './rejection.js';

const INTERVAL_MS = 15_000;
const CLAIM_MS = 90_000;

describe('reconciliation', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  let reconciler: ReconcileOptions;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    reconciler = fixture.reconciler();
    worker = await fixture.worker('worker-a');
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const spawned = async (count: number, ttl = '10m'): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push((await orchestrator.spawn({ ttl })).id);
    return ids;
  };
  const callsOf = (method: string): string[] =>
    worker.calls.filter((call) => call.startsWith(`${method} `)).map((call) => call.slice(method.length + 1));
  const recorded = async (id: string) => {
    const sandbox = await fixture.store.sandboxes.get(id);
    return `${sandbox?.state}${sandbox?.stateReason === '' ? '' : ` (${sandbox?.stateReason})`}`;
  };

  describe('reaping', () => {
    it('destroys what is past its time and nothing else', async () => {
      const [expired = ''] = await spawned(1, '10m');
      const [living = ''] = await spawned(1, '11m');
      fixture.clock.advance(10 * MINUTE);
      await reapExpired(reconciler);
      expect(callsOf('destroy'), 'at the very end it still lives').to.deep.equal([]);
      fixture.clock.advance(1);
      await reapExpired(reconciler);
      expect(callsOf('destroy')).to.deep.equal([expired]);
      expect(await recorded(expired)).to.equal('destroyed (expired)');
      expect(await recorded(living)).to.equal('running');
      expect(await fixture.store.leases.get(expired)).to.equal(undefined);
    });

    it('destroys each once when two control planes reap at the same time', async () => {
      const ids = await spawned(30);
      fixture.clock.advance(10 * MINUTE + 1);
      await Promise.all([reconciler, fixture.reconciler()].map((each) => reapExpired(each)));
      expect(callsOf('destroy').sort()).to.deep.equal([...ids].sort());
      expect((await orchestrator.list({})).items).to.deep.equal([]);
    });

    it('goes on to the others when many cannot be destroyed', async () => {
      const [, stuck] = [worker, await fixture.worker('worker-b', { providers: ['slow'] })];
      for (let n = 0; n < 60; n += 1) await orchestrator.spawn({ provider: 'slow', ttl: '9m' });
      const [id = ''] = await spawned(1, '10m');
      await stuck.close();
      fixture.clock.advance(10 * MINUTE + 1);
      await reapExpired(reconciler);
      expect(await recorded(id)).to.equal('destroyed (expired)');
    });

    it('tries again in the next round what failed in this one', async () => {
      const [id = ''] = await spawned(1);
      fixture.clock.advance(10 * MINUTE + 1);
      worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('internal', 'not now'));
      await reapExpired(reconciler);
      expect(await recorded(id)).to.equal('running');
      expect(callsOf('destroy')).to.have.length(1);
      delete worker.behaviour.destroy;
      await reapExpired(reconciler);
      expect(await recorded(id)).to.equal('destroyed (expired)');
    });

    it('takes over from a control plane that died at it, after the time of its claim', async () => {
      const [id = ''] = await spawned(1);
      fixture.clock.advance(10 * MINUTE + 1);
      const before = fixture.clock();
      await fixture.store.sandboxes.claimExpired({ before, claimMs: CLAIM_MS });
      await reapExpired(reconciler);
      expect(callsOf('destroy')).to.deep.equal([]);
      fixture.clock.advance(CLAIM_MS);
      await reapExpired(reconciler);
      expect(callsOf('destroy')).to.deep.equal([id]);
    });

    it('gives up when it is told to, and keeps the record', async () => {
      const [id = ''] = await spawned(1);
      fixture.clock.advance(10 * MINUTE + 1);
      const asked = closedGate();
      worker.behaviour.destroy = () => {
        asked.open();
        return new Promise(() => undefined);
      };
      const stopping = new AbortController();
      const round = reapExpired(reconciler, stopping.signal);
      await asked.passed;
      stopping.abort();
      await round;
      expect(await recorded(id)).to.equal('running');
      delete worker.behaviour.destroy;
      await reapExpired(reconciler);
      expect(await recorded(id)).to.equal('destroyed (expired)');
    });

    it('fails when the database is away, after what is under way has ended', async () => {
      const away = () => Promise.reject(new StoreError('unavailable', 'the database is away'));
      const store = { ...fixture.store, sandboxes: { ...fixture.store.sandboxes, claimExpired: away } };
      expect(await failureOf(reapExpired({ ...reconciler, store }))).to.include({ code: 'unavailable' });
    });
  });

  describe('abandoned spawns', () => {
    const reserve = (id: string) =>
      fixture.store.sandboxes.reserve({
        id,
        provider: 'mock',
        image: 'host',
        memoryMb: 256,
        vcpus: 1,
        workerId: 'worker-a',
        expiresAt: new Date(fixture.clock().getTime() + 30 * MINUTE),
        leaseTtlMs: 35 * MINUTE,
      });

    it('are ended on their worker and in the record, whether the worker has them or not', async () => {
      await reserve('sb-abandoned-1');
      await reserve('sb-abandoned-2');
      const [running = ''] = await spawned(1);
      worker.sandboxes.set('sb-abandoned-1', { ...worker.sandboxes.get(running)!, generation: 1 });
      fixture.clock.advance(2 * SPAWN_TIMEOUT_MS + 1);
      await Promise.all([reconciler, fixture.reconciler()].map((each) => endAbandonedSpawns(each)));
      expect(callsOf('destroy').sort()).to.deep.equal(['sb-abandoned-1', 'sb-abandoned-2']);
      expect([...worker.sandboxes.keys()]).to.deep.equal([running]);
      expect(await recorded('sb-abandoned-1')).to.equal('destroyed (spawn_abandoned)');
      expect(await recorded(running)).to.equal('running');
      expect((await fixture.store.leases.list()).items.map((lease) => lease.resourceId)).to.deep.equal([
        running,
      ]);
    });

    it('are left alone while their control plane may still work on them', async () => {
      await reserve('sb-young');
      fixture.clock.advance(2 * SPAWN_TIMEOUT_MS);
      await endAbandonedSpawns(reconciler);
      expect(await recorded('sb-young')).to.equal('creating');
      await fixture.store.sandboxes.markDestroyed('sb-young');
    });
  });

  describe('checking', () => {
    const check = async (): Promise<void> => {
      fixture.clock.advance(INTERVAL_MS + 1);
      await checkRunning({ ...reconciler, intervalMs: INTERVAL_MS });
    };

    it('leaves a sandbox alone that its worker runs', async () => {
      const [id = ''] = await spawned(1);
      await check();
      expect(callsOf('status')).to.deep.equal([id]);
      expect(await recorded(id)).to.equal('running');
      expect(fixture.log.filter(({ level }) => level === 'warn')).to.deep.equal([]);
    });

    const verdicts: ReadonlyArray<readonly [string, () => unknown, string, (() => unknown) | undefined]> = [
      [
        'is not known',
        () => fixture.store.workers.delete('worker-a'),
        'worker_missing',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat()),
      ],
      [
        'is stale',
        () => fixture.clock.advance(2 * MINUTE),
        'worker_stale',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat()),
      ],
      [
        'cannot be called',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat({ rpcUrl: '' })),
        'worker_rpc_unavailable',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat()),
      ],
      [
        'does not answer',
        () => {
          worker.behaviour.status = () => {
            worker.cut();
            return new Promise(() => undefined);
          };
        },
        'worker_rpc_unavailable',
        () => delete worker.behaviour.status,
      ],
      [
        'does not have it',
        () => {
          worker.behaviour.status = () => Promise.reject(new RpcMethodError('not_found', 'no such sandbox'));
        },
        'runtime_missing',
        () => delete worker.behaviour.status,
      ],
      [
        'says that it stopped',
        () => {
          worker.behaviour.status = async () => ({ state: 'stopped', provider: 'mock' });
        },
        'runtime_stopped',
        () => delete worker.behaviour.status,
      ],
    ];
    for (const [name, arrange, reason, mend] of verdicts) {
      it(`marks it ${reason} when its worker ${name}, and healthy when that is over`, async () => {
        const [id = ''] = await spawned(1);
        await arrange();
        await check();
        expect(await recorded(id)).to.equal(`unhealthy (${reason})`);
        const warnings = () =>
          fixture.log.filter(({ message }) => message === 'sandbox is unhealthy').map(({ fields }) => fields);
        expect(warnings()).to.deep.equal([{ sandbox_id: id, worker_id: 'worker-a', reason }]);
        await check();
        expect(warnings(), 'what is known is not said again').to.have.length(1);
        await mend?.();
        await check();
        expect(await recorded(id)).to.equal('running');
      });
    }

    it('corrects the reason when it changes', async () => {
      const [id = ''] = await spawned(1);
      worker.sandboxes.clear();
      await check();
      expect(await recorded(id)).to.equal('unhealthy (runtime_missing)');
      await worker.close();
      await check();
      expect(await recorded(id)).to.equal('unhealthy (worker_rpc_unavailable)');
    });

    it('compares each sandbox once in its interval, by one of two control planes', async () => {
      const ids = await spawned(60);
      fixture.clock.advance(INTERVAL_MS + 1);
      const intervalMs = INTERVAL_MS;
      const both = [reconciler, fixture.reconciler()];
      await Promise.all(both.map((each) => checkRunning({ ...each, intervalMs })));
      await Promise.all(both.map((each) => checkRunning({ ...each, intervalMs })));
      expect(callsOf('status').sort()).to.deep.equal([...ids].sort());
    });

    it('takes over 15 s after the control plane that looked has died, not later', async () => {
      const [id = ''] = await spawned(1);
      fixture.clock.advance(INTERVAL_MS + 1);
      const proceed = closedGate();
      const stopping = new AbortController();
      worker.behaviour.status = async () => {
        await proceed.passed;
        return { state: 'running', provider: 'mock' };
      };
      const died = checkRunning({ ...reconciler, intervalMs: INTERVAL_MS }, stopping.signal);
      await eventually(() => expect(callsOf('status')).to.have.length(1));
      delete worker.behaviour.status;
      const survivor = fixture.reconciler();
      fixture.clock.advance(14_999);
      await checkRunning({ ...survivor, intervalMs: 1 });
      expect(callsOf('status')).to.deep.equal([id]);
      fixture.clock.advance(1);
      await checkRunning({ ...survivor, intervalMs: 1 });
      expect(callsOf('status')).to.deep.equal([id, id]);
      proceed.open();
      stopping.abort();
      await died;
    });

    it('concludes nothing from a check that was given up', async () => {
      const [id = ''] = await spawned(1);
      const stopping = new AbortController();
      worker.behaviour.status = () => {
        stopping.abort();
        return new Promise(() => undefined);
      };
      await checkRunning({ ...reconciler, intervalMs: INTERVAL_MS }, stopping.signal);
      expect(callsOf('status')).to.deep.equal([id]);
      expect(await recorded(id)).to.equal('running');
    });

    it('does not bring back a sandbox that is destroyed meanwhile', async () => {
      const [id = ''] = await spawned(1);
      worker.behaviour.status = async () => {
        await orchestrator.destroy(id);
        throw new RpcMethodError('not_found', 'no such sandbox');
      };
      await check();
      expect(await recorded(id)).to.equal('destroyed (requested)');
    });
  });

  describe('in the background', () => {
    it('reaps, ends abandoned spawns and checks at the start and again and again', async () => {
      const [expired = '', lost = '', stuck = ''] = [
        ...(await spawned(1, '1m')),
        ...(await spawned(2, '10m')),
      ];
      worker.sandboxes.delete(lost);
      await fixture.store.sandboxes.transition(stuck, { from: ['running'], to: 'creating' });
      fixture.clock.advance(MINUTE + 1);
      orchestrator.start();
      await eventually(async () => {
        expect(await recorded(expired)).to.equal('destroyed (expired)');
        expect(await recorded(lost)).to.equal('unhealthy (runtime_missing)');
        expect(await recorded(stuck)).to.equal('destroyed (spawn_abandoned)');
      });
      const [later = ''] = await spawned(1, '1m');
      fixture.clock.advance(MINUTE + 1);
      await eventually(async () => expect(await recorded(later)).to.equal('destroyed (expired)'));
    });

    it('stops at once, also in the middle of a call that hangs, and blames nobody', async () => {
      const [id = ''] = await spawned(1);
      worker.behaviour.status = () => new Promise(() => undefined);
      orchestrator.start();
      await eventually(() => expect(callsOf('status')).to.have.length(1));
      const before = performance.now();
      await orchestrator.stop();
      // Long before the call would end by its time.
      expect(performance.now() - before).to.be.below(8_000);
      expect(await recorded(id)).to.equal('running');
      expect(fixture.log.filter(({ level }) => level === 'warn')).to.deep.equal([]);
    });
  });
});
