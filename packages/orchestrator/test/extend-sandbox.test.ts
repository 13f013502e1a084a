import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator, OrchestratorErrorCode } from '../src/index.js';
import { eventually } from './eventually.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { rejection } from './rejection.js';

describe('extend', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let worker: FakeWorker;
  let id: string;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    worker = await fixture.worker('worker-a');
    id = (await orchestrator.spawn({ ttl: '10m' })).id;
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const minutesLeft = (until: Date | undefined): number =>
    ((until?.getTime() ?? Number.NaN) - fixture.clock().getTime()) / MINUTE;
  const state = async () => ({
    record: minutesLeft((await fixture.store.sandboxes.get(id))?.expiresAt),
    lease: minutesLeft((await fixture.store.leases.get(id))?.expiresAt),
    worker: minutesLeft(worker.sandboxes.get(id)?.until),
  });

  it('moves record, lease and the watchdog of the worker together', async () => {
    expect(await state()).to.deep.equal({ record: 10, lease: 15, worker: 15 });
    fixture.clock.advance(5 * MINUTE);
    const sandbox = await orchestrator.extend(id, { ttl: '2h' });
    expect(sandbox).to.include({ id, state: 'running' });
    expect(minutesLeft(sandbox.expiresAt)).to.equal(120);
    expect(await state()).to.deep.equal({ record: 120, lease: 125, worker: 125 });
  });

  it('may make it shorter', async () => {
    await orchestrator.extend(id, { ttl: '1m' });
    expect(await state()).to.deep.equal({ record: 1, lease: 6, worker: 6 });
  });

  it('may be repeated, and the sandbox is destroyed as before', async () => {
    for (const ttl of ['1h', '3h', '2h']) await orchestrator.extend(id, { ttl });
    expect(await state()).to.deep.equal({ record: 120, lease: 125, worker: 125 });
    await orchestrator.destroy(id);
    expect(worker.sandboxes.size).to.equal(0);
  });

  const refusals = [
    ['more than a spawn may ask for', '25h', 'ttl_too_long'],
    ['no duration', 'soon', 'invalid_duration'],
    ['nothing', '0s', 'invalid_duration'],
    ['less than nothing', '-1m', 'invalid_duration'],
  ] as const;
  for (const [what, ttl, code] of refusals) {
    it(`refuses ${what}, and changes nothing`, async () => {
      await rejection(orchestrator.extend(id, { ttl }), code);
      expect(await state()).to.deep.equal({ record: 10, lease: 15, worker: 15 });
      expect(worker.calls.filter((call) => call.startsWith('renew_lease'))).to.deep.equal([]);
    });
  }

  it('does not know what was destroyed or never was', async () => {
    await orchestrator.destroy(id);
    await rejection(orchestrator.extend(id, { ttl: '1h' }), 'sandbox_not_found');
    await rejection(orchestrator.extend('sb-never', { ttl: '1h' }), 'sandbox_not_found');
  });

  it('does not bring back what has expired and is not destroyed yet', async () => {
    fixture.clock.advance(10 * MINUTE);
    await rejection(orchestrator.extend(id, { ttl: '1h' }), 'sandbox_not_running');
  });

  it('extends a sandbox that is taken for unhealthy, as long as its worker knows it', async () => {
    await fixture.store.sandboxes.transition(id, { from: ['running'], to: 'unhealthy', reason: 'x' });
    expect(await orchestrator.extend(id, { ttl: '1h' })).to.include({ state: 'unhealthy' });
    expect(await state()).to.deep.equal({ record: 60, lease: 65, worker: 65 });
  });

  describe('when the worker cannot be told', () => {
    const unchanged = { record: 10, lease: 15, worker: 15 };
    const failures: ReadonlyArray<readonly [string, () => unknown, OrchestratorErrorCode]> = [
      ['is gone', () => worker.close(), 'worker_unreachable'],
      [
        'has no way to ask for a lease',
        () => {
          worker.behaviour.renewLease = () => Promise.reject(new RpcMethodError('unavailable', 'x'));
        },
        'worker_refused',
      ],
      ['does not have the sandbox', () => worker.sandboxes.clear(), 'sandbox_lost'],
      [
        'dies before it has asked for the lease',
        () => {
          worker.behaviour.renewLease = async () => {
            worker.cut();
            throw new Error('as arranged');
          };
        },
        'worker_unreachable',
      ],
    ];
    for (const [what, arrange, code] of failures) {
      it(`because it ${what}, nothing is changed, and the answer says so`, async () => {
        await arrange();
        const failure = await rejection(orchestrator.extend(id, { ttl: '2h' }), code);
        expect(failure.message).to.include('it was not extended');
        const { record, lease } = await state();
        expect({ record, lease }).to.deep.equal({ record: unchanged.record, lease: unchanged.lease });
      });
    }

    it('refuses the renewal of a worker that comes with it later', async () => {
      const gate = closedGate();
      let late: Promise<unknown> = Promise.resolve();
      worker.behaviour.renewLease = async (proceed) => {
        late = gate.passed.then(proceed).catch((error: unknown) => error);
        worker.cut();
        throw new Error('as arranged');
      };
      await rejection(orchestrator.extend(id, { ttl: '2h' }), 'worker_unreachable');
      gate.open();
      expect(await late).to.include({ reason: 'lease_conflict' });
      expect(await state()).to.deep.equal(unchanged);
    });

    it('says that it does not know when the answer of the worker is lost', async () => {
      worker.behaviour.renewLease = async (proceed) => {
        await proceed();
        worker.cut();
        throw new Error('as arranged');
      };
      const failure = await rejection(orchestrator.extend(id, { ttl: '2h' }), 'worker_unreachable');
      expect(failure.message).to.include('not known');
      expect(await state()).to.deep.equal({ record: 120, lease: 125, worker: 125 });
    });

    it('leaves the sandbox to be extended again, and to be destroyed', async () => {
      worker.behaviour.renewLease = () => Promise.reject(new RpcMethodError('unavailable', 'x'));
      await rejection(orchestrator.extend(id, { ttl: '2h' }), 'worker_refused');
      delete worker.behaviour.renewLease;
      await orchestrator.extend(id, { ttl: '3h' });
      expect(await state()).to.deep.equal({ record: 180, lease: 185, worker: 185 });
      await orchestrator.destroy(id);
      expect(worker.sandboxes.size).to.equal(0);
    });
  });

  describe('beside others', () => {
    it('is told by a newer lease when the worker has renewed its own at the same moment', async () => {
      let interfered = false;
      worker.behaviour.renewLease = async (proceed) => {
        if (!interfered) {
          interfered = true;
          await fixture.store.leases.renew({ resourceId: id, holderId: 'worker-a', ttlMs: MINUTE });
        }
        return proceed();
      };
      await orchestrator.extend(id, { ttl: '2h' });
      expect(await state()).to.deep.equal({ record: 120, lease: 125, worker: 125 });
    });

    it('two at once come one after the other, by whatever control plane', async () => {
      const other = fixture.orchestrator();
      await Promise.all([
        orchestrator.extend(id, { ttl: '1h' }),
        other.extend(id, { ttl: '2h' }),
        orchestrator.extend(id, { ttl: '3h' }),
      ]);
      const { record, lease, worker: watchdog } = await state();
      expect(record).to.be.oneOf([60, 120, 180]);
      expect([lease, watchdog]).to.deep.equal([record + 5, record + 5]);
    });

    it('is refused while another process is about to destroy the sandbox', async () => {
      fixture.clock.advance(1);
      await fixture.store.sandboxes.claimForReconcile({
        notCheckedSince: fixture.clock(),
        claimMs: 90_000,
      });
      const failure = await rejection(orchestrator.extend(id, { ttl: '1h' }), 'lease_conflict');
      expect(failure.message).to.include('was not extended');
    });

    it('does not keep a sandbox alive that is destroyed meanwhile', async () => {
      const gate = closedGate();
      worker.behaviour.renewLease = async (proceed) => {
        await gate.passed;
        return proceed();
      };
      const extending = rejection(orchestrator.extend(id, { ttl: '2h' }), 'sandbox_lost');
      await eventually(() => expect(worker.calls).to.include(`renew_lease ${id}`));
      await orchestrator.destroy(id);
      gate.open();
      await extending;
      await rejection(orchestrator.get(id), 'sandbox_not_found');
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });
  });
});
