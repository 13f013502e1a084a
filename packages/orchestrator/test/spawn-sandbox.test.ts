import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import { endAbandonedSpawns } from '../src/reconcile.js';
import { eventually } from './eventually.js';
import { type FakeWorker, MASTER_KEY } from './fake-worker.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture, SPAWN_TIMEOUT_MS } from './orchestrator-fixture.js';
import { newPolicy } from './policy-rule.js';
import { failureOf, rejection } from './rejection.js';

describe('spawn', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(() => {
    orchestrator = fixture.orchestrator();
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const idsOn = ({ calls }: FakeWorker, method: string): string[] =>
    calls.filter((call) => call.startsWith(`${method} `)).map((call) => call.slice(method.length + 1));

  describe('on a worker that does its part', () => {
    it('records a running sandbox under a lease', async () => {
      const worker = await fixture.worker('worker-a');
      const sandbox = await orchestrator.spawn({ ttl: '10m', ownerId: 'ada', metadata: { job: '7' } });

      expect(sandbox).to.deep.include({
        state: 'running',
        image: 'host',
        provider: 'mock',
        memoryMb: 256,
        vcpus: 1,
        ownerId: 'ada',
        workerId: 'worker-a',
        runtimeId: `rt-${sandbox.id}`,
        metadata: { job: '7' },
      });
      expect(sandbox.expiresAt.getTime() - fixture.clock().getTime()).to.equal(10 * MINUTE);
      expect(worker.sandboxes.get(sandbox.id)).to.deep.include({
        image: 'host',
        memoryMb: 256,
        ttlMs: 10 * MINUTE,
        ownerId: 'ada',
        metadata: { job: '7' },
        generation: 1,
      });
      const lease = await fixture.store.leases.get(sandbox.id);
      expect(lease).to.include({ holderId: 'worker-a', generation: 1 });
      expect((lease?.expiresAt.getTime() ?? 0) - sandbox.expiresAt.getTime()).to.equal(5 * MINUTE);
    });

    it('takes the least loaded worker, and the first by id among equals', async () => {
      await Promise.all(['worker-b', 'worker-a'].map((id) => fixture.worker(id)));
      const workers: string[] = [];
      for (let n = 0; n < 4; n += 1) workers.push((await orchestrator.spawn({})).workerId);
      expect(workers).to.deep.equal(['worker-a', 'worker-b', 'worker-a', 'worker-b']);
    });

    it('calls a worker that showed the master key with the master key', async () => {
      await fixture.worker('worker-a', { key: 'master' });
      expect((await orchestrator.spawn({})).state).to.equal('running');
    });

    it('calls a worker that showed the shared static token with that token', async () => {
      await fixture.worker('worker-a', { acceptsStatic: true });
      expect((await orchestrator.spawn({})).state).to.equal('running');
    });
  });

  describe('when the chosen worker surely did nothing', () => {
    const refusals: ReadonlyArray<readonly [string, (worker: FakeWorker) => unknown]> = [
      ['refuses the connection', (worker) => worker.close()],
      ['drains', refusing('draining')],
      ['is full', refusing('capacity_exhausted')],
      ['is not available', refusing('unavailable')],
      ['lacks the provider', refusing('not_found', 'provider_unknown')],
    ];
    for (const [name, arrange] of refusals) {
      it(`takes the next one when it ${name}`, async () => {
        const first = await fixture.worker('worker-a');
        const second = await fixture.worker('worker-b');
        await arrange(first);
        const sandbox = await orchestrator.spawn({});
        expect(sandbox.workerId).to.equal('worker-b');
        expect([...second.sandboxes.keys()]).to.deep.equal([sandbox.id]);
        expect((await orchestrator.list({})).items.map(({ id }) => id)).to.deep.equal([sandbox.id]);
        expect((await fixture.store.leases.list()).items.map(({ resourceId }) => resourceId)).to.deep.equal([
          sandbox.id,
        ]);
      });
    }

    it('takes the next one when it makes as many sandboxes as it can at once', async () => {
      const first = await fixture.worker('worker-a', { maxConcurrentCalls: 1 });
      const second = await fixture.worker('worker-b', { maxConcurrentCalls: 1 });
      const gate = closedGate();
      for (const worker of [first, second]) {
        worker.behaviour.spawn = async (_params, _context, proceed) => {
          await gate.passed;
          return proceed();
        };
      }
      const firstTwo = [orchestrator.spawn({}), orchestrator.spawn({})];
      await eventually(() => {
        for (const worker of [first, second]) expect(idsOn(worker, 'spawn')).to.have.length(1);
      });
      await rejection(orchestrator.spawn({}), 'worker_busy');
      expect(first.refusals).to.include('worker_busy');
      expect(second.refusals).to.deep.equal(['worker_busy']);
      gate.open();
      await Promise.all(firstTwo);
      expect((await orchestrator.list({})).items).to.have.length(2);
    });

    it('takes the next one when there is no address that can be called', async () => {
      await fixture.worker('worker-a', { rpcUrl: 'ftp://127.0.0.1' });
      await fixture.worker('worker-b');
      expect((await orchestrator.spawn({})).workerId).to.equal('worker-b');
      expect((await orchestrator.list({})).items).to.have.length(1);
    });

    it('takes the next one when it does not accept our key', async () => {
      const first = await fixture.worker('worker-a', {
        credential: { form: 'signed', keyRole: 'active' },
      });
      await fixture.worker('worker-b');
      expect((await orchestrator.spawn({})).workerId).to.equal('worker-b');
      expect(first.refusals).to.deep.equal(['token_bad_signature']);
    });

    it('tells the last refusal when all refuse, having asked each once', async () => {
      const workers = await Promise.all(['worker-a', 'worker-b'].map((id) => fixture.worker(id)));
      for (const worker of workers) refusing('draining')(worker);
      const failure = await rejection(orchestrator.spawn({}), 'worker_refused');
      expect(failure.message).to.include('worker-b').and.include('worker_draining');
      expect(workers.map((worker) => idsOn(worker, 'spawn').length)).to.deep.equal([1, 1]);
      expect((await orchestrator.list({})).items).to.deep.equal([]);
    });

    it('tells a provider that no worker has from one that this worker lacks', async () => {
      refusing('not_found', 'provider_unknown')(await fixture.worker('worker-a', { providers: [] }));
      await rejection(orchestrator.spawn({ provider: 'docker' }), 'provider_unknown');
    });
  });

  describe('when the request is at fault', () => {
    for (const [workerCode, code] of [
      ['image_unknown', 'image_unknown'],
      ['invalid_request', 'invalid_request'],
    ] as const) {
      it(`does not ask another worker after ${workerCode}`, async () => {
        refusing(workerCode)(await fixture.worker('worker-a'));
        const second = await fixture.worker('worker-b');
        const failure = await rejection(orchestrator.spawn({ image: 'nowhere' }), code);
        expect(failure.message).to.equal('as arranged');
        expect(second.calls).to.deep.equal([]);
        expect((await orchestrator.list({})).items).to.deep.equal([]);
        expect((await fixture.store.leases.list()).items).to.deep.equal([]);
      });
    }

    it('reserves nothing for a provider that no worker offers', async () => {
      const worker = await fixture.worker('worker-a');
      await rejection(orchestrator.spawn({ provider: 'docker' }), 'provider_unknown');
      expect(worker.calls).to.deep.equal([]);
    });
  });

  describe('the network', () => {
    it('is none unless the request names one, and is told to the worker', async () => {
      const worker = await fixture.worker('worker-a');
      const first = await orchestrator.spawn({});
      const second = await orchestrator.spawn({ networkMode: 'bridge' });
      const told = [first, second].map(({ id }) => worker.sandboxes.get(id)?.networkMode);
      expect(told).to.deep.equal(['none', 'bridge']);
    });

    it('that one worker does not offer is asked of another', async () => {
      refusing('network_unknown')(await fixture.worker('worker-a'));
      const second = await fixture.worker('worker-b');
      const { id } = await orchestrator.spawn({ networkMode: 'bridge' });
      expect(second.sandboxes.has(id)).to.equal(true);
      refusing('network_unknown')(second);
      await rejection(orchestrator.spawn({ networkMode: 'bridge' }), 'network_unknown');
    });

    it('is not asked of a worker that does not know of networks', async () => {
      const old = await fixture.worker('worker-a', { capabilities: ['remote_worker'] });
      await rejection(orchestrator.spawn({ networkMode: 'bridge' }), 'requirements_unmet');
      expect((await orchestrator.spawn({})).state).to.equal('running');
      await orchestrator.policies.create(newPolicy('deny', 'network', 'bridge'));
      const refusal = await rejection(orchestrator.spawn({}), 'requirements_unmet');
      expect(refusal.message).to.contain('which network');
      expect(idsOn(old, 'spawn')).to.have.length(1);
      const other = await fixture.worker('worker-b');
      const { id } = await orchestrator.spawn({});
      expect(other.sandboxes.has(id)).to.equal(true);
    });
  });

  describe('when there is no room', () => {
    it('refuses without a worker', async () => {
      await rejection(orchestrator.spawn({}), 'no_eligible_worker');
    });

    it('places exactly as many as the workers hold under parallel spawns', async () => {
      const capacity = { max_sandboxes: 5 };
      const workers = await Promise.all(
        ['worker-a', 'worker-b'].map((id) => fixture.worker(id, { capacity })),
      );
      const planes = [orchestrator, fixture.orchestrator()];
      const spawns = Array.from({ length: 20 }, (_, n) => planes[n % 2]!.spawn({}));
      const results = await Promise.allSettled(spawns);
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason.code] : [],
      );
      expect(failures).to.deep.equal(Array.from({ length: 10 }, () => 'no_eligible_worker'));
      expect(workers.map(({ sandboxes }) => sandboxes.size)).to.deep.equal([5, 5]);
      expect((await fixture.store.leases.list()).items).to.have.length(10);
    });

    it('keeps to the limit of the whole fleet', async () => {
      await fixture.worker('worker-a');
      const limited = fixture.orchestrator({ maxSandboxes: 3 });
      const results = await Promise.allSettled(Array.from({ length: 6 }, () => limited.spawn({})));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(failures.map(({ code }) => code)).to.deep.equal([
        'max_sandboxes',
        'max_sandboxes',
        'max_sandboxes',
      ]);
      expect(failures[0].message).to.include('(3)');
      await limited.destroy((await limited.list({})).items[0]!.id);
      expect((await limited.spawn({})).state).to.equal('running');
    });
  });

  describe('when the chosen worker fails', () => {
    it('takes the next one, once nothing is left on it, and prefers others for a while', async () => {
      const broken = await fixture.worker('worker-a');
      const sound = await fixture.worker('worker-b');
      broken.behaviour.spawn = () =>
        Promise.reject(new RpcMethodError('internal', 'no space left on device'));
      const first = await orchestrator.spawn({});
      expect(first.workerId).to.equal('worker-b');
      const [failed = ''] = idsOn(broken, 'spawn');
      expect(idsOn(broken, 'destroy')).to.deep.equal([failed]);
      expect((await fixture.store.sandboxes.get(failed))?.state).to.equal('destroyed');
      for (let n = 0; n < 3; n += 1) expect((await orchestrator.spawn({})).workerId).to.equal('worker-b');
      expect(idsOn(broken, 'spawn'), 'though it holds the fewest').to.have.length(1);

      delete broken.behaviour.spawn;
      await sound.close();
      expect((await orchestrator.spawn({})).workerId, 'rather than none').to.equal('worker-a');
      fixture.clock.advance(30_001);
      expect((await orchestrator.spawn({})).workerId).to.equal('worker-a');
    });

    it('does not try a whole fleet', async () => {
      const ids = ['worker-a', 'worker-b', 'worker-c', 'worker-d'];
      const workers = await Promise.all(ids.map((id) => fixture.worker(id)));
      for (const { behaviour } of workers)
        behaviour.spawn = () => Promise.reject(new RpcMethodError('internal', 'as arranged'));
      await rejection(orchestrator.spawn({}), 'worker_failed');
      expect(workers.flatMap((worker) => idsOn(worker, 'spawn'))).to.have.length(3);
    });

    it('tells its failure when there is no other', async () => {
      const broken = await fixture.worker('worker-a');
      broken.behaviour.spawn = () => Promise.reject(new RpcMethodError('internal', 'as arranged'));
      await rejection(orchestrator.spawn({}), 'worker_failed');
      expect((await orchestrator.list({})).items).to.deep.equal([]);
    });
  });

  describe('when the outcome is unknown', () => {
    it('destroys what a lost answer may have left, and asks no other worker', async () => {
      const worker = await fixture.worker('worker-a');
      const other = await fixture.worker('worker-b');
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        proceed();
        worker.cut();
        return new Promise(() => undefined);
      };
      await rejection(orchestrator.spawn({}), 'worker_unreachable');
      const [id = ''] = idsOn(worker, 'spawn');
      expect(idsOn(worker, 'destroy')).to.deep.equal([id]);
      expect(worker.sandboxes.size).to.equal(0);
      expect(other.calls).to.deep.equal([]);
      expect(await fixture.store.sandboxes.get(id)).to.deep.include({
        state: 'destroyed',
        stateReason: 'spawn_failed',
      });
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });

    it('destroys what a worker that answers too late may have made', async () => {
      const worker = await fixture.worker('worker-a');
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        proceed();
        return new Promise(() => undefined);
      };
      const hasty = fixture.orchestrator({ spawnTimeoutMs: 60 });
      const failure = await rejection(hasty.spawn({}), 'worker_unreachable');
      expect(failure.message).to.include('timeout');
      expect(worker.sandboxes.size).to.equal(0);
    });

    it('keeps the record when the sandbox cannot be destroyed, and ends it later', async () => {
      const worker = await fixture.worker('worker-a');
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        proceed();
        throw new RpcMethodError('internal', 'half done');
      };
      worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('internal', 'not now'));
      await rejection(orchestrator.spawn({}), 'worker_failed');
      const [id = ''] = idsOn(worker, 'spawn');
      expect((await orchestrator.get(id)).state).to.equal('creating');
      expect(worker.sandboxes.size).to.equal(1);

      delete worker.behaviour.destroy;
      await endAbandonedSpawns(fixture.reconciler());
      expect((await orchestrator.get(id)).state, 'while it may still be under way').to.equal('creating');
      fixture.clock.advance(2 * SPAWN_TIMEOUT_MS + 1);
      await endAbandonedSpawns(fixture.reconciler());
      expect(await fixture.store.sandboxes.get(id)).to.deep.include({
        state: 'destroyed',
        stateReason: 'spawn_abandoned',
      });
      expect(worker.sandboxes.size).to.equal(0);
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });
  });

  it('hands nobody a sandbox that reconciliation is about to destroy, for its spawn took too long by another clock', async () => {
    const worker = await fixture.worker('worker-a');
    const [reached, passed] = [closedGate(), closedGate()];
    let reconciled: Promise<void> | undefined;
    worker.behaviour.spawn = async (_params, _context, proceed) => {
      const result = proceed();
      fixture.clock.advance(2 * SPAWN_TIMEOUT_MS + 1);
      reconciled = endAbandonedSpawns(fixture.reconciler());
      await reached.passed;
      return result;
    };
    worker.behaviour.destroy = async (_params, { lease }, proceed) => {
      reached.open();
      // Reconciliation is held up until the spawn, which has been fenced off, undoes what it did.
      if (lease.generation === 2) await passed.passed;
      else passed.open();
      proceed();
    };
    await rejection(orchestrator.spawn({}), 'cancelled');
    await reconciled;
    const [id = ''] = idsOn(worker, 'spawn');
    expect((await fixture.store.sandboxes.get(id))?.state).to.equal('destroyed');
    expect(worker.sandboxes.size).to.equal(0);
    expect(await fixture.store.leases.get(id)).to.equal(undefined);
  });

  describe('when nobody waits for the sandbox any more', () => {
    it('destroys, once, what was spawned for a caller that is gone', async () => {
      const worker = await fixture.worker('worker-a');
      const caller = new AbortController();
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        const result = proceed();
        caller.abort();
        return result;
      };
      await rejection(orchestrator.spawn({}, caller.signal), 'cancelled');
      const [id = ''] = idsOn(worker, 'spawn');
      expect(idsOn(worker, 'destroy')).to.deep.equal([id]);
      expect(worker.sandboxes.size).to.equal(0);
      expect((await fixture.store.sandboxes.get(id))?.stateReason).to.equal('abandoned');
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });

    it('leaves it to reconciliation when it cannot be destroyed', async () => {
      const worker = await fixture.worker('worker-a');
      const caller = new AbortController();
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        const result = proceed();
        caller.abort();
        return result;
      };
      worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('internal', 'not now'));
      await rejection(orchestrator.spawn({}, caller.signal), 'cancelled');
      const [id = ''] = idsOn(worker, 'spawn');
      expect((await orchestrator.get(id)).state).to.equal('creating');
      expect(idsOn(worker, 'destroy')).to.deep.equal([id]);
    });

    it('asks no worker for a caller that is gone before', async () => {
      const worker = await fixture.worker('worker-a');
      await rejection(orchestrator.spawn({}, AbortSignal.abort()), 'cancelled');
      expect(worker.calls).to.deep.equal([]);
    });

    it('asks no second worker for a caller that went away at the first', async () => {
      const [first, second] = [await fixture.worker('worker-a'), await fixture.worker('worker-b')];
      const caller = new AbortController();
      first.behaviour.spawn = async () => {
        caller.abort();
        throw new RpcMethodError('draining', 'as arranged');
      };
      await rejection(orchestrator.spawn({}, caller.signal), 'cancelled');
      expect(second.calls).to.deep.equal([]);
    });

    it('destroys again by its runtime id what was spawned after its record was destroyed', async () => {
      const worker = await fixture.worker('worker-a');
      const gate = closedGate();
      const destroyedRuntimes: string[] = [];
      worker.behaviour.spawn = async (_params, _context, proceed) => {
        await gate.passed;
        return proceed();
      };
      worker.behaviour.destroy = async ({ runtimeId }, _context, proceed) => {
        destroyedRuntimes.push(runtimeId);
        proceed();
      };
      const spawning = failureOf(orchestrator.spawn({}));
      const id = await eventually(() => {
        expect(worker.calls).to.have.length(1);
        return idsOn(worker, 'spawn')[0] ?? '';
      });
      await orchestrator.destroy(id);
      gate.open();
      expect(await spawning).to.include({ code: 'cancelled' });
      expect(destroyedRuntimes).to.deep.equal([id, `rt-${id}`]);
      expect(worker.sandboxes.size).to.equal(0);
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });

    it('fences a spawn off that arrives after its destruction, and asks no other worker', async () => {
      const first = await fixture.worker('worker-a');
      const second = await fixture.worker('worker-b');
      const { clients, ...parts } = fixture.reconciler();
      const late = closedGate();
      const reserved = closedGate();
      const held = fixture.orchestrator({
        store: {
          ...fixture.store,
          sandboxes: {
            ...fixture.store.sandboxes,
            async reserve(input) {
              const reservation = await fixture.store.sandboxes.reserve(input);
              reserved.open();
              await late.passed;
              return reservation;
            },
          },
        },
      });
      const spawning = failureOf(held.spawn({}));
      await reserved.passed;
      const [sandbox] = (await orchestrator.list({})).items;
      await parts.remover.remove(sandbox!, 'requested');
      late.open();
      expect(await spawning).to.include({ code: 'cancelled' });
      expect(first.refusals).to.deep.equal(['lease_fenced']);
      expect([first.sandboxes.size, second.calls.length]).to.deep.equal([0, 0]);
      expect(await fixture.store.leases.get(sandbox!.id)).to.equal(undefined);
    });
  });

  it('writes no key, token or lease secret to the log', async () => {
    const worker = await fixture.worker('worker-a');
    worker.behaviour.spawn = () => Promise.reject(new RpcMethodError('internal', 'as arranged'));
    await rejection(orchestrator.spawn({}), 'worker_failed');
    const text = JSON.stringify(fixture.log, (_key, value) =>
      value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : value,
    );
    expect(text).to.include('spawn failed');
    expect(text).to.not.include(MASTER_KEY).and.not.include('stacyvm-worker-v1');
  });
});

function refusing(code: ConstructorParameters<typeof RpcMethodError>[0], reason?: string) {
  return ({ behaviour }: FakeWorker): void => {
    behaviour.spawn = () =>
      Promise.reject(new RpcMethodError(code, 'as arranged', reason === undefined ? {} : { reason }));
  };
}
