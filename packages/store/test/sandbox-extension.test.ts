import { expect } from 'chai';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

const HOUR = 60 * 60_000;

describe('the extension of a sandbox', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1')]);
  });

  const later = (milliseconds: number): Date => new Date(fixture.clock().getTime() + milliseconds);
  const reserve = (id = 'sb-1') =>
    fixture.store.sandboxes.reserve(newSandbox(id, { expiresAt: later(HOUR) }));
  let change: { readonly expiresAt: Date; readonly leaseTtlMs: number; readonly claimMs: number };
  beforeEach(() => {
    change = { expiresAt: later(5 * HOUR), leaseTtlMs: 5 * HOUR, claimMs: 30_000 };
  });
  const state = async (id = 'sb-1') => ({
    sandbox: (await fixture.store.sandboxes.get(id))?.expiresAt,
    lease: (await fixture.store.leases.get(id))?.expiresAt,
  });
  const extended = async () => {
    const extension = await fixture.store.sandboxes.extend('sb-1', change);
    if (extension === undefined) throw new Error('not extended');
    return extension;
  };

  it('moves the expiry and the lease together, and says what was before', async () => {
    const { clock } = fixture;
    const { lease, sandbox } = await reserve();
    const extension = await extended();
    expect(extension.sandbox.expiresAt).to.deep.equal(change.expiresAt);
    expect(extension.lease).to.include({ holderId: 'worker-1', generation: lease.generation + 1 });
    expect(extension.lease.expiresAt.getTime()).to.equal(clock().getTime() + change.leaseTtlMs);
    expect(extension.previous).to.deep.equal({
      expiresAt: sandbox.expiresAt,
      leaseExpiresAt: lease.expiresAt,
    });
    expect(await state()).to.deep.equal({ sandbox: change.expiresAt, lease: extension.lease.expiresAt });
  });

  it('moves neither when another worker holds the lease', async () => {
    const { store } = fixture;
    const { sandbox } = await reserve();
    await store.leases.release({ resourceId: 'sb-1', holderId: 'worker-1' });
    await store.leases.acquire({ resourceId: 'sb-1', resourceType: 'sandbox', holderId: 'x', ttlMs: 5_000 });
    await rejection(store.sandboxes.extend('sb-1', change), 'conflict');
    expect(await store.sandboxes.get('sb-1')).to.deep.equal(sandbox);
  });

  it('does not bring back what is expired, destroyed or missing', async () => {
    const { store, clock } = fixture;
    const { sandbox } = await reserve();
    clock.advance(sandbox.expiresAt.getTime() - clock().getTime());
    expect(await store.sandboxes.extend('sb-1', change), 'not reaped yet').to.equal(undefined);
    await store.sandboxes.transition('sb-1', { from: ['creating'], to: 'expired' });
    expect(await store.sandboxes.extend('sb-1', change)).to.equal(undefined);
    await store.sandboxes.markDestroyed('sb-1');
    expect(await store.sandboxes.extend('sb-1', change)).to.equal(undefined);
    expect(await store.sandboxes.extend('sb-none', change)).to.equal(undefined);
  });

  it('claims the sandbox, and waits for the claims of others', async () => {
    const { store, clock } = fixture;
    await reserve();
    const extension = await extended();
    await rejection(store.sandboxes.extend('sb-1', change), 'conflict');
    const expired = { before: later(100 * HOUR), claimMs: 1_000 };
    expect(await store.sandboxes.claimExpired(expired)).to.deep.equal([]);
    await store.sandboxes.releaseClaim({ id: 'sb-1', claimedUntil: extension.claimedUntil });
    const [claimed] = await store.sandboxes.claimExpired(expired);
    await rejection(store.sandboxes.extend('sb-1', change), 'conflict');
    clock.advance((claimed?.claimedUntil.getTime() ?? 0) - clock().getTime());
    expect(await store.sandboxes.extend('sb-1', change)).not.to.equal(undefined);
  });

  describe('that is taken back', () => {
    it('leaves expiry and lease as they were, and fences its own lease off', async () => {
      const { store } = fixture;
      await reserve();
      const before = await state();
      const extension = await extended();
      expect(await store.sandboxes.takeBack(extension)).to.equal(true);
      expect(await state()).to.deep.equal(before);
      const { generation } = extension.lease;
      const renewal = { resourceId: 'sb-1', holderId: 'worker-1', ttlMs: HOUR };
      await rejection(store.leases.renew({ ...renewal, generation }), 'conflict');
      expect((await store.leases.get('sb-1'))?.generation).to.equal(generation + 1);
      expect(await store.sandboxes.takeBack(extension), 'once').to.equal(false);
    });

    it('stays when its worker has renewed the lease already', async () => {
      const { store } = fixture;
      await reserve();
      const extension = await extended();
      const { generation } = extension.lease;
      const renewal = { resourceId: 'sb-1', holderId: 'worker-1', ttlMs: HOUR };
      const renewed = await store.leases.renew({ ...renewal, generation });
      expect(await store.sandboxes.takeBack(extension)).to.equal(false);
      expect(await state()).to.deep.equal({ sandbox: change.expiresAt, lease: renewed.expiresAt });
    });

    it('does nothing to a sandbox that was destroyed meanwhile', async () => {
      const { store } = fixture;
      await reserve();
      const extension = await extended();
      const destroyed = await store.sandboxes.markDestroyed('sb-1');
      expect(await store.sandboxes.takeBack(extension)).to.equal(false);
      expect(await store.sandboxes.get('sb-1')).to.deep.equal(destroyed);
      expect(await store.leases.get('sb-1')).to.equal(undefined);
    });
  });

  it('has one winner of a renewal and a take-back at once', async () => {
    const { store } = fixture;
    for (let round = 0; round < 30; round += 1) {
      const id = `sb-${round}`;
      await reserve(id);
      const extension = await store.sandboxes.extend(id, change);
      if (extension === undefined) throw new Error('not extended');
      const { generation } = extension.lease;
      const [takenBack, renewed] = await Promise.all([
        store.sandboxes.takeBack(extension),
        store.leases.renew({ resourceId: id, holderId: 'worker-1', ttlMs: HOUR, generation }).then(
          () => true,
          () => false,
        ),
      ]);
      expect(takenBack).to.equal(!renewed);
    }
  });
});
