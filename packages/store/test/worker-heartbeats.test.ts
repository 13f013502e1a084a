import { expect } from 'chai';
import { openStore, type Store } from '../src/index.js';
import { heartbeat, openFixture, type StoreFixture } from './store-fixture.js';

describe('recordHeartbeats', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(() => fixture.reset());
  after(() => fixture.close());

  const record = async (id: string, changes: object = {}, lapsedBefore?: Date) => {
    const [stored] = await fixture.store.workers.recordHeartbeats([heartbeat(id, changes)], { lapsedBefore });
    return stored!;
  };

  it('tells which process reported before, and for a new worker that none did', async () => {
    expect((await record('a', { instanceId: 'one' })).previousInstanceId).to.equal(undefined);
    expect((await record('a', { instanceId: 'one' })).previousInstanceId).to.equal('one');
    expect((await record('a', { instanceId: 'two' })).previousInstanceId).to.equal('one');
    expect((await record('a', { instanceId: 'two' })).previousInstanceId).to.equal('two');
  });

  it('moves the time and the credential of a worker that says nothing new, and keeps what operators asked', async () => {
    const { store, clock } = fixture;
    const first = (await record('a', { credential: { form: 'signed', keyRole: 'active' } })).worker;
    await store.workers.setDuty('a', { cordoned: true, drainRequested: true, drainDeadline: clock() });
    clock.advance(5_000);
    const credential = { form: 'signed', keyRole: 'previous' } as const;
    const { worker } = await record('a', { credential });
    expect(worker).to.deep.include({
      credential,
      cordoned: true,
      drainRequested: true,
      lastHeartbeat: clock(),
      createdAt: first.createdAt,
    });
    expect((await record('a')).worker.credential).to.equal(null);
    expect(await store.workers.get('a')).to.deep.equal((await record('a')).worker);
  });

  it('writes what is new, and what somebody else changed in between', async () => {
    await record('a', { status: 'online' });
    expect((await record('a', { status: 'draining' })).worker.status).to.equal('draining');
    await fixture.store.workers.setStatus('a', 'offline');
    expect((await record('a', { status: 'draining' })).worker.status).to.equal('draining');
    expect((await record('a', { capacity: { max_sandboxes: 1 } })).worker.capacity).to.deep.equal({
      max_sandboxes: 1,
    });
  });

  it('counts a return as another process, and one after the worker was taken for dead, and nothing else', async () => {
    const { clock } = fixture;
    const flaps = async (changes: object, lapsedBefore?: Date) =>
      (await record('a', changes, lapsedBefore)).worker.flaps;
    expect(await flaps({ instanceId: 'one' })).to.equal(0);
    expect(await flaps({ instanceId: 'one', hostname: 'moved' })).to.equal(0);
    clock.advance(600_000);
    expect(await flaps({ instanceId: 'one', hostname: 'moved' })).to.equal(0);
    clock.advance(600_000);
    const lapsed = new Date(clock().getTime() - 120_000);
    expect(await flaps({ instanceId: 'one', hostname: 'moved' }, lapsed)).to.equal(1);
    expect(await flaps({ instanceId: 'one', hostname: 'moved' }, lapsed)).to.equal(1);
    expect(await flaps({ instanceId: 'two' }, lapsed)).to.equal(2);
    clock.advance(600_000);
    expect(await flaps({ instanceId: 'two', status: 'draining' }, clock())).to.equal(3);
    const { lastFlapAt } = (await fixture.store.workers.get('a'))!;
    expect(lastFlapAt).to.deep.equal(clock());
  });

  it('does not count the first instance id of a worker that sent none', async () => {
    await record('a');
    expect((await record('a', { instanceId: 'one' })).worker.flaps).to.equal(0);
  });

  it('counts each of 64 starts that are reported at once by two control planes, and every flap once', async () => {
    const second = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
    try {
      const stores: readonly Store[] = [fixture.store, second];
      await record('a', { instanceId: 'first' });
      await record('b', { instanceId: 'first' });
      const batches = await Promise.all(
        Array.from({ length: 64 }, (_, n) => {
          const ids = n % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
          return stores[n % 2]!.workers.recordHeartbeats(
            ids.map((id) => heartbeat(id, { instanceId: `start-${n}` })),
          );
        }),
      );
      expect(batches.flat()).to.have.length(128);
      expect(await fixture.store.workers.get('a')).to.include({ flaps: 64 });
      expect(await fixture.store.workers.get('b')).to.include({ flaps: 64 });
      fixture.clock.advance(1_000_000);
      const lapsedBefore = fixture.clock();
      const { instanceId } = (await fixture.store.workers.get('a'))!;
      await Promise.all(
        Array.from({ length: 64 }, (_, n) =>
          stores[n % 2]!.workers.recordHeartbeats([heartbeat('a', { instanceId })], { lapsedBefore }),
        ),
      );
      expect(await fixture.store.workers.get('a')).to.include({ flaps: 65 });
    } finally {
      await second.close();
    }
  });

  it('counts the fleet', async () => {
    expect(await fixture.store.workers.count()).to.equal(0);
    await fixture.store.workers.upsertHeartbeats(['a', 'b', 'c'].map((id) => heartbeat(id)));
    expect(await fixture.store.workers.count()).to.equal(3);
  });
});
