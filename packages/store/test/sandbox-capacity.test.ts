import { expect } from 'chai';
import { openStore, type ReserveSandbox, type Store, StoreError } from '../src/index.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

describe('capacity limits of reservations', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());
  beforeEach(async () => {
    await fixture.reset();
    await fixture.store.workers.upsertHeartbeats([heartbeat('worker-1'), heartbeat('worker-2')]);
  });

  const contend = async (
    stores: readonly Store[],
    input: (index: number) => Partial<ReserveSandbox>,
    contenders = 20,
  ) => {
    const results = await Promise.allSettled(
      Array.from({ length: contenders }, (_, index) =>
        stores[index % stores.length]!.sandboxes.reserve(newSandbox(`sb-${index}`, input(index))),
      ),
    );
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const refusal of refusals) {
      expect(refusal).to.be.instanceOf(StoreError).with.property('code', 'capacity');
    }
    return { granted: results.length - refusals.length, refusals: refusals as StoreError[] };
  };

  it('grants exactly 5 of 20 contenders of two control planes on a worker that takes 5', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
    try {
      const { granted, refusals } = await contend([fixture.store, second], () => ({ maxActiveOnWorker: 5 }));
      expect(granted).to.equal(5);
      expect(refusals[0]).to.include({ limit: 'worker', message: 'max sandboxes on the worker reached (5)' });
      expect(await fixture.store.sandboxes.countActiveByWorker()).to.deep.equal(new Map([['worker-1', 5]]));
    } finally {
      await second.close();
    }
  });

  it('grants exactly 7 of 20 contenders over two workers under a total of 7', async () => {
    const { granted, refusals } = await contend([fixture.store], (index) => ({
      maxActive: 7,
      maxActiveOnWorker: 100,
      workerId: index % 2 === 0 ? 'worker-1' : 'worker-2',
    }));
    expect(granted).to.equal(7);
    expect(refusals[0]).to.include({ limit: 'total', message: 'max sandboxes reached (7)' });
  });

  it('grants each owner exactly 3', async () => {
    const { granted, refusals } = await contend([fixture.store], (index) => ({
      maxActivePerOwner: 3,
      ownerId: index % 2 === 0 ? 'alice' : 'bob',
    }));
    expect(granted).to.equal(6);
    expect(refusals[0]).to.include({ limit: 'owner', message: 'max sandboxes per owner reached (3)' });
  });

  it('grants one owner exactly 7 of 64 contenders of two control planes, on whichever worker', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
    try {
      const input = (index: number) => ({
        maxActivePerOwner: 7,
        ownerId: 'alice',
        workerId: index % 3 === 0 ? 'worker-1' : 'worker-2',
      });
      const { granted, refusals } = await contend([fixture.store, second], input, 64);
      expect(granted).to.equal(7);
      expect(new Set(refusals.map(({ limit }) => limit))).to.deep.equal(new Set(['owner']));
      expect(await second.sandboxes.countActiveByOwner()).to.deep.equal([
        { tenantId: '', ownerId: 'alice', active: 7, hasQuota: false },
      ]);
    } finally {
      await second.close();
    }
  });

  it('tells how many each owner has, and how many have none', async () => {
    const { sandboxes } = fixture.store;
    expect(await sandboxes.countActiveByOwner()).to.deep.equal([]);
    const owners = ['alice', 'alice', 'bob', '', 'carol'];
    for (const [index, ownerId] of owners.entries()) {
      await sandboxes.reserve(newSandbox(`sb-${index}`, { ownerId }));
    }
    await sandboxes.markDestroyed('sb-4');
    expect(await sandboxes.countActiveByOwner()).to.have.deep.members([
      { tenantId: '', ownerId: 'alice', active: 2, hasQuota: false },
      { tenantId: '', ownerId: 'bob', active: 1, hasQuota: false },
      { tenantId: '', ownerId: '', active: 1, hasQuota: false },
    ]);
  });

  it('counts neither destroyed nor expired sandboxes', async () => {
    const { sandboxes } = fixture.store;
    const limit = { maxActiveOnWorker: 2 };
    await sandboxes.reserve(newSandbox('sb-1', limit));
    await sandboxes.reserve(newSandbox('sb-2', limit));
    await rejection(sandboxes.reserve(newSandbox('sb-3', limit)), 'capacity');
    await sandboxes.markDestroyed('sb-1');
    await sandboxes.reserve(newSandbox('sb-3', limit));
    await sandboxes.transition('sb-2', { from: ['creating'], to: 'expired' });
    await sandboxes.reserve(newSandbox('sb-4', limit));
    await rejection(sandboxes.reserve(newSandbox('sb-5', limit)), 'capacity');
    expect(await sandboxes.get('sb-5')).to.equal(undefined);
  });

  it('has no limit where none is given, and none left under a limit of 0', async () => {
    const { sandboxes } = fixture.store;
    await sandboxes.reserve(newSandbox('sb-1'));
    await rejection(sandboxes.reserve(newSandbox('sb-2', { maxActiveOnWorker: 0 })), 'capacity');
  });
});
