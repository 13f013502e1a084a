import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Store, StoreError } from '@stacyvm/store';
import { RpcMethodError } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { Orchestrator } from '../src/index.js';
import type { FakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { MINUTE, type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf, rejection } from './rejection.js';

describe('destroy', () => {
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

  const recorded = async () => (await fixture.store.sandboxes.get(id))?.state;
  const destroyCalls = () => worker.calls.filter((call) => call === `destroy ${id}`).length;

  it('ends the sandbox on its worker, in the record, and its lease', async () => {
    const generations: number[] = [];
    worker.behaviour.destroy = async (params, { lease }, proceed) => {
      expect(params.runtimeId).to.equal(`rt-${id}`);
      generations.push(lease.generation);
      expect(await recorded(), 'the worker comes first').to.equal('running');
      proceed();
    };
    await orchestrator.destroy(id);
    expect(worker.sandboxes.size).to.equal(0);
    expect(generations, 'a new lease, which fences the spawn off').to.deep.equal([2]);
    const sandbox = await fixture.store.sandboxes.get(id);
    expect(sandbox).to.include({ state: 'destroyed', stateReason: 'requested' });
    expect(sandbox?.destroyedAt?.getTime()).to.equal(fixture.clock().getTime());
    expect(await fixture.store.leases.get(id)).to.equal(undefined);
    await rejection(orchestrator.get(id), 'sandbox_not_found');
  });

  it('may be repeated, and then asks nobody', async () => {
    await orchestrator.destroy(id);
    await orchestrator.destroy(id);
    expect(destroyCalls()).to.equal(1);
  });

  it('does not know what never was', async () => {
    await rejection(orchestrator.destroy('sb-never'), 'sandbox_not_found');
  });

  it('counts as done what the worker does not have', async () => {
    worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('not_found', 'no such sandbox'));
    await orchestrator.destroy(id);
    expect(await recorded()).to.equal('destroyed');
  });

  it('does not count as done what a worker without the provider cannot look for, until its lease has ended', async () => {
    const reason = 'provider_unknown';
    worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('not_found', 'no docker', { reason }));
    await rejection(orchestrator.destroy(id), 'provider_unknown');
    expect(await recorded()).to.equal('running');
    fixture.clock.advance(17 * MINUTE);
    await orchestrator.destroy(id);
    expect(await recorded()).to.equal('destroyed');
  });

  it('does not count as done what somebody on the way to the worker does not know', async () => {
    const proxy = createServer((_request, response) => response.writeHead(404).end('404 page not found\n'));
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    await fixture.store.workers.recordHeartbeats([worker.heartbeat({ rpcUrl: `http://127.0.0.1:${port}` })]);
    try {
      await rejection(orchestrator.destroy(id), 'worker_failed');
      expect([await recorded(), worker.sandboxes.has(id)]).to.deep.equal(['running', true]);
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });

  it('succeeds for each of many at the same time', async () => {
    const planes = [orchestrator, fixture.orchestrator(), fixture.orchestrator()];
    await Promise.all(Array.from({ length: 9 }, (_, n) => planes[n % 3]!.destroy(id)));
    expect(await recorded()).to.equal('destroyed');
    expect(worker.sandboxes.size).to.equal(0);
    expect(await fixture.store.leases.get(id)).to.equal(undefined);
  });

  it('comes again with a newer lease when another destroy has fenced it off', async () => {
    const generations: number[] = [];
    worker.behaviour.destroy = async (_params, { lease }, proceed) => {
      generations.push(lease.generation);
      proceed();
    };
    const acquired = closedGate();
    const overtaken = closedGate();
    let acquisitions = 0;
    const store: Store = {
      ...fixture.store,
      sandboxes: {
        ...fixture.store.sandboxes,
        async leaseForRemoval(...args) {
          const lease = await fixture.store.sandboxes.leaseForRemoval(...args);
          acquisitions += 1;
          if (acquisitions === 1) {
            acquired.open();
            await overtaken.passed;
          }
          return lease;
        },
      },
    };
    // This control plane does not get from its call to its record.
    const dying = fixture.orchestrator({
      store: {
        ...fixture.store,
        sandboxes: {
          ...fixture.store.sandboxes,
          markDestroyed: () => Promise.reject(new StoreError('unavailable', 'the database is away')),
        },
      },
    });
    const slow = fixture.orchestrator({ store }).destroy(id);
    await acquired.passed;
    expect(await failureOf(dying.destroy(id))).to.include({ code: 'unavailable' });
    overtaken.open();
    await slow;
    expect(worker.refusals).to.deep.equal(['lease_fenced']);
    expect(generations).to.deep.equal([3, 4]);
    expect(await recorded()).to.equal('destroyed');
    expect(await fixture.store.leases.get(id)).to.equal(undefined);
  });

  describe('when somebody else is first', () => {
    /** A destroy that has found the sandbox, and takes its lease when the other is done. */
    async function comesLate(more: Partial<Store['sandboxes']> = {}) {
      const [reached, passed] = [closedGate(), closedGate()];
      const { sandboxes } = fixture.store;
      const store: Store = {
        ...fixture.store,
        sandboxes: {
          ...sandboxes,
          async leaseForRemoval(...args) {
            reached.open();
            await passed.passed;
            return sandboxes.leaseForRemoval(...args);
          },
          ...more,
        },
      };
      const ended = fixture
        .orchestrator({ store })
        .destroy(id)
        .catch((error: unknown) => error);
      await reached.passed;
      await orchestrator.destroy(id);
      return {
        end: () => {
          passed.open();
          return ended;
        },
      };
    }

    it('is content, and leaves no lease behind, also when the worker is gone', async () => {
      const late = await comesLate();
      await worker.close();
      expect(await late.end()).to.equal(undefined);
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
      expect((await fixture.store.sandboxes.get(id))?.stateReason).to.equal('requested');
    });

    it('leaves no lease behind when it dies before it can record anything', async () => {
      const dies = () => Promise.reject(new StoreError('unavailable', 'the database is away'));
      const late = await comesLate({ markDestroyed: dies });
      expect(await late.end()).to.include({ code: 'unavailable' });
      expect(await fixture.store.leases.get(id)).to.equal(undefined);
    });
  });

  it('tells that another worker holds the lease', async () => {
    await fixture.store.leases.release({ resourceId: id, holderId: 'worker-a' });
    await fixture.store.leases.acquire({
      resourceId: id,
      resourceType: 'sandbox',
      holderId: 'worker-b',
      ttlMs: MINUTE,
    });
    await rejection(orchestrator.destroy(id), 'lease_conflict');
    expect([await recorded(), destroyCalls()]).to.deep.equal(['running', 0]);
  });

  describe('when the worker does not do it', () => {
    const failures: ReadonlyArray<readonly [string, () => unknown, string]> = [
      ['is gone', () => worker.close(), 'worker_unreachable'],
      ['is not known any more', () => fixture.store.workers.delete('worker-a'), 'worker_unreachable'],
      [
        'has no address any more',
        () => fixture.store.workers.upsertHeartbeat(worker.heartbeat({ rpcUrl: '' })),
        'worker_unreachable',
      ],
      [
        'does not accept our key',
        () =>
          fixture.store.workers.upsertHeartbeat(
            worker.heartbeat({ credential: { form: 'signed', keyRole: 'active' } }),
          ),
        'worker_refused',
      ],
    ];
    for (const [name, arrange, code] of failures) {
      it(`fails and keeps the record while its lease may live, as it ${name}`, async () => {
        await arrange();
        // Until the sandbox's end, the grace of its lease and the margin for clocks have passed.
        fixture.clock.advance((10 + 5 + 1) * MINUTE);
        expect(await failureOf(orchestrator.destroy(id))).to.include({ code });
        expect(await recorded()).to.equal('running');
      });

      it(`counts as done when the worker must have ended it by itself, as it ${name}`, async () => {
        await arrange();
        fixture.clock.advance((10 + 5 + 1) * MINUTE + 1);
        await orchestrator.destroy(id);
        expect(await recorded()).to.equal('destroyed');
        expect(await fixture.store.leases.get(id)).to.equal(undefined);
      });
    }

    it('fails at any time when the worker answers that it could not', async () => {
      worker.behaviour.destroy = () => Promise.reject(new RpcMethodError('internal', 'busy mount'));
      fixture.clock.advance(60 * MINUTE);
      await rejection(orchestrator.destroy(id), 'worker_failed');
      expect(await recorded()).to.equal('running');
    });
  });
});
