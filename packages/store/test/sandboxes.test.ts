import { expect } from 'chai';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

describe('SandboxRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1'), heartbeat('worker-2')]);
    await fixture.store.tenants.create({ id: 'tn-1', name: 'One' });
  });

  describe('reserve', () => {
    it('stores the sandbox as creating and grants its worker the lease', async () => {
      const { store, clock } = fixture;
      const { sandbox, lease } = await store.sandboxes.reserve(
        newSandbox('sb-1', {
          ownerId: 'alice',
          tenantId: 'tn-1',
          metadata: { purpose: 'test', 'key with "quotes"': 'ünï' },
          previewDomain: 'preview.example',
        }),
      );
      expect(sandbox).to.deep.equal({
        id: 'sb-1',
        state: 'creating',
        stateReason: '',
        provider: 'bubblewrap',
        image: 'host',
        memoryMb: 256,
        vcpus: 1,
        ownerId: 'alice',
        tenantId: 'tn-1',
        runtimeId: '',
        workerId: 'worker-1',
        metadata: { purpose: 'test', 'key with "quotes"': 'ünï' },
        previewDomain: 'preview.example',
        createdAt: clock(),
        expiresAt: new Date('2030-01-01T01:00:00Z'),
        updatedAt: clock(),
        destroyedAt: undefined,
        checkedAt: undefined,
      });
      expect(lease).to.include({ resourceId: 'sb-1', resourceType: 'sandbox', holderId: 'worker-1' });
      expect(await store.sandboxes.get('sb-1')).to.deep.equal(sandbox);
      expect(await store.leases.get('sb-1')).to.deep.equal(lease);
    });

    it('refuses a taken id and leaves the first sandbox and its lease alone', async () => {
      const { store } = fixture;
      const { sandbox, lease } = await store.sandboxes.reserve(newSandbox('sb-1'));
      const refusal = await rejection(
        store.sandboxes.reserve(newSandbox('sb-1', { workerId: 'worker-2', image: 'other' })),
        'conflict',
      );
      expect(refusal.message).to.equal('sandbox "sb-1" already exists');
      expect(await store.sandboxes.get('sb-1')).to.deep.equal(sandbox);
      expect(await store.leases.get('sb-1')).to.deep.equal(lease);
    });

    it('stores nothing when the lease is refused', async () => {
      const { store } = fixture;
      await store.leases.acquire({
        resourceId: 'sb-1',
        resourceType: 'sandbox',
        holderId: 'x',
        ttlMs: 5_000,
      });
      await rejection(store.sandboxes.reserve(newSandbox('sb-1')), 'conflict');
      expect(await store.sandboxes.get('sb-1')).to.equal(undefined);
      await rejection(store.sandboxes.reserve(newSandbox('sb-2', { leaseTtlMs: 0 })), 'conflict');
      expect(await store.sandboxes.get('sb-2')).to.equal(undefined);
    });

    it('refuses a worker that is not registered', async () => {
      const refusal = await rejection(
        fixture.store.sandboxes.reserve(newSandbox('sb-1', { workerId: 'ghost' })),
        'not_found',
      );
      expect(refusal.message).to.equal('not found: worker "ghost"');
    });

    const invalid = {
      'a blank id': { id: '' },
      'an id with white space at its end': { id: 'sb-1 ' },
      'a blank worker': { workerId: '' },
      'a blank provider': { provider: '' },
      'a negative memory size': { memoryMb: -1 },
      'half a vCPU': { vcpus: 0.5 },
      'an invalid expiry': { expiresAt: new Date(Number.NaN) },
      'metadata that text cannot hold': { metadata: { a: '\0' } },
      'a limit that is no count': { maxActive: -1 },
    };
    for (const [name, overrides] of Object.entries(invalid)) {
      it(`refuses ${name}`, async () => {
        await rejection(fixture.store.sandboxes.reserve(newSandbox('sb-1', overrides)), 'invalid_input');
      });
    }
  });

  describe('transition', () => {
    it('changes state, reason, runtime and expiry when the current state is expected', async () => {
      const { store, clock } = fixture;
      await store.sandboxes.reserve(newSandbox('sb-1'));
      clock.advance(1_000);
      const changed = await store.sandboxes.transition('sb-1', {
        from: ['creating', 'error'],
        to: 'running',
        reason: 'spawned',
        runtimeId: 'rt-9',
        previewDomain: 'w1.example',
        expiresAt: new Date('2030-01-01T02:00:00Z'),
      });
      expect(changed).to.deep.include({
        state: 'running',
        stateReason: 'spawned',
        runtimeId: 'rt-9',
        previewDomain: 'w1.example',
        expiresAt: new Date('2030-01-01T02:00:00Z'),
        updatedAt: clock(),
      });
      const back = await store.sandboxes.transition('sb-1', { from: ['running'], to: 'unhealthy' });
      expect(back).to.include({ stateReason: '', runtimeId: 'rt-9' });
    });

    it('changes nothing from another state, for a missing sandbox and for a destroyed one', async () => {
      const { sandboxes } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      expect(await sandboxes.transition('sb-1', { from: ['running'], to: 'idle' })).to.equal(undefined);
      expect(await sandboxes.transition('sb-none', { from: ['running'], to: 'idle' })).to.equal(undefined);
      const before = new Date(fixture.clock().getTime() - 1);
      const outdated = { from: ['creating'], to: 'running', unchangedSince: before } as const;
      expect(await sandboxes.transition('sb-1', outdated), 'changed since').to.equal(undefined);
      expect(await sandboxes.get('sb-1')).to.include({ state: 'creating' });
      await sandboxes.markDestroyed('sb-1');
      const from = ['destroyed' as 'error'];
      expect(await sandboxes.transition('sb-1', { from, to: 'running' })).to.equal(undefined);
    });

    it('lets one of many contenders through', async () => {
      const { sandboxes } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          sandboxes.transition('sb-1', { from: ['creating'], to: 'running', runtimeId: `rt-${index}` }),
        ),
      );
      expect(results.filter((result) => result !== undefined)).to.have.length(1);
    });

    it('can be made to leave a sandbox alone that somebody has claimed', async () => {
      const { sandboxes } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      const olderThan = new Date(fixture.clock().getTime() + 1);
      const [claimed] = await sandboxes.claimStuckCreating({ olderThan, claimMs: 1_000 });
      const change = { from: ['creating'], to: 'running', unclaimed: true } as const;
      expect(await sandboxes.transition('sb-1', change)).to.equal(undefined);
      await sandboxes.releaseClaim(claimed!);
      expect(await sandboxes.transition('sb-1', change)).to.include({ state: 'running' });
    });

    it('never leads to destroyed', async () => {
      const { sandboxes } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      await rejection(
        sandboxes.transition('sb-1', { from: ['creating'], to: 'destroyed' as 'error' }),
        'invalid_input',
      );
      await rejection(sandboxes.transition('sb-1', { from: [], to: 'error' }), 'invalid_input');
    });
  });

  describe('leaseForRemoval', () => {
    const removal = { id: 'sb-1', workerId: 'worker-1', leaseTtlMs: 60_000 };

    it('is a newer lease of the worker, which lasts while the sandbox does', async () => {
      const { sandboxes, leases } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-1'));
      const lease = await sandboxes.leaseForRemoval(removal);
      expect(lease).to.include({ holderId: 'worker-1', generation: 2 });
      expect(await leases.get('sb-1')).to.deep.equal(lease);
      await rejection(sandboxes.leaseForRemoval({ ...removal, workerId: 'worker-2' }), 'conflict');
    });

    it('has ended already when the sandbox is destroyed or gone, and still is the newest', async () => {
      const { sandboxes, leases } = fixture.store;
      expect(await sandboxes.leaseForRemoval(removal)).to.include({ generation: 1 });
      expect(await leases.get('sb-1')).to.equal(undefined);
      await sandboxes.reserve(newSandbox('sb-1'));
      await sandboxes.markDestroyed('sb-1');
      expect(await sandboxes.leaseForRemoval(removal)).to.include({ generation: 3 });
      expect(await leases.get('sb-1')).to.equal(undefined);
    });

    it('leaves none behind, however it falls together with the destruction', async () => {
      const { sandboxes, leases } = fixture.store;
      for (let round = 0; round < 20; round += 1) {
        const id = `sb-${round}`;
        await sandboxes.reserve(newSandbox(id));
        const grants = Array.from({ length: 3 }, () => sandboxes.leaseForRemoval({ ...removal, id }));
        await Promise.all([...grants, sandboxes.markDestroyed(id)]);
      }
      expect((await leases.list()).items).to.deep.equal([]);
    });
  });

  describe('markDestroyed', () => {
    it('ends the sandbox and its lease, once', async () => {
      const { store, clock } = fixture;
      await store.sandboxes.reserve(newSandbox('sb-1'));
      clock.advance(10);
      const destroyed = await store.sandboxes.markDestroyed('sb-1', 'requested');
      expect(destroyed).to.deep.include({
        state: 'destroyed',
        stateReason: 'requested',
        destroyedAt: clock(),
      });
      expect(await store.leases.get('sb-1')).to.equal(undefined);
      clock.advance(10);
      expect(await store.sandboxes.markDestroyed('sb-1', 'again')).to.deep.equal(destroyed);
      const next = { resourceId: 'sb-1', resourceType: 'sandbox', holderId: 'worker-2', ttlMs: 1 };
      expect((await store.leases.acquire(next)).generation).to.equal(2);
    });

    it('refuses an unknown id', async () => {
      const refusal = await rejection(fixture.store.sandboxes.markDestroyed('sb-none'), 'not_found');
      expect(refusal.message).to.equal('not found: sandbox "sb-none"');
    });
  });

  describe('list', () => {
    it('pages newest first without loss, also among equal times', async () => {
      const { store, clock } = fixture;
      const expected: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const id = `sb-${String(index).padStart(2, '0')}`;
        await store.sandboxes.reserve(newSandbox(id));
        expected.unshift(id);
        if (index % 3 === 0) {
          clock.advance(1);
        }
      }
      await store.sandboxes.markDestroyed('sb-05');
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.sandboxes.list(after === undefined ? { limit: 4 } : { limit: 4, after });
        seen.push(...page.items.map(({ id }) => id));
        after = page.nextCursor;
      } while (after !== undefined);
      expect(seen).to.deep.equal(expected.filter((id) => id !== 'sb-05'));
    });

    it('filters by state, owner, tenant and worker together', async () => {
      const { sandboxes } = fixture.store;
      await sandboxes.reserve(newSandbox('sb-a', { ownerId: 'alice', tenantId: 'tn-1' }));
      await sandboxes.reserve(newSandbox('sb-b', { ownerId: 'bob', workerId: 'worker-2' }));
      await sandboxes.reserve(newSandbox('sb-c', { ownerId: 'alice', workerId: 'worker-2' }));
      await sandboxes.markDestroyed('sb-c');
      const ids = async (filter: Parameters<typeof sandboxes.list>[0]) =>
        (await sandboxes.list(filter)).items.map(({ id }) => id).sort();
      expect(await ids({})).to.deep.equal(['sb-a', 'sb-b']);
      expect(await ids({ ownerId: 'alice' })).to.deep.equal(['sb-a']);
      expect(await ids({ tenantId: 'tn-1' })).to.deep.equal(['sb-a']);
      expect(await ids({ tenantId: '' })).to.deep.equal(['sb-b']);
      expect(await ids({ workerId: 'worker-2', ownerId: 'bob' })).to.deep.equal(['sb-b']);
      expect(await ids({ state: 'destroyed' })).to.deep.equal(['sb-c']);
      expect(await ids({ state: 'running' })).to.deep.equal([]);
    });

    it('refuses a cursor it did not make', async () => {
      for (const after of ['', 'x', Buffer.from('2030-01-01 ').toString('base64url')]) {
        await rejection(fixture.store.sandboxes.list({ after }), 'invalid_input');
      }
    });
  });
});
