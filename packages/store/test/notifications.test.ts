import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openStore, type Store, type Subscription, WORKERS_CHANNEL } from '../src/index.js';
import { createTestDatabase, type TestDatabase, testCluster } from '../src/testing.js';
import { eventually } from './eventually.js';
import { rejection } from './rejection.js';
import { heartbeat } from './store-fixture.js';

describe('subscribe', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let store: Store;
  let other: Store;
  let subscription: Subscription | undefined;
  let hints: string[];
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn });
    other = await openStore({ driver: 'postgres', dsn: database.dsn });
  });
  beforeEach(async () => {
    hints = [];
    subscription = store.subscribe({ channels: [WORKERS_CHANNEL], onHint: (channel) => hints.push(channel) });
    // The first hint says that from now on none is missed.
    await eventually(() => expect(hints).to.have.length(1));
    expect(subscription.isConnected()).to.equal(true);
  });
  afterEach(() => subscription?.close());
  after(async () => {
    await store.close();
    await other.close();
    await database.drop();
  });

  it('hears of a new worker and of what operators ask, and not of ordinary heartbeats', async () => {
    await other.workers.upsertHeartbeat(heartbeat('worker-1'));
    await eventually(() => expect(hints).to.have.length(2));
    await other.workers.upsertHeartbeat(heartbeat('worker-1'));
    await other.workers.setDuty('worker-1', { cordoned: true });
    await eventually(() => expect(hints).to.have.length(3));
    await other.workers.remove('worker-1', {});
    await eventually(() => expect(hints).to.have.length(4));
    expect(new Set(hints)).to.deep.equal(new Set([WORKERS_CHANNEL]));
  });

  it('listens again after the server died, and says that hints may have been missed', async () => {
    testCluster().kill();
    await eventually(() => expect(hints).to.have.length(2));
    await eventually(() => other.workers.upsertHeartbeat(heartbeat('worker-2')));
    await eventually(() => expect(hints.length).to.be.at.least(3));
  });

  it('hears nothing any more once it is closed', async () => {
    await subscription?.close();
    await subscription?.close();
    expect(subscription?.isConnected()).to.equal(false);
    await other.workers.upsertHeartbeat(heartbeat('worker-3'));
    expect(hints).to.have.length(1);
  });

  it('can be closed while it still connects', async () => {
    for (const underWayMs of [undefined, 0, 2]) {
      const early = store.subscribe({ channels: ['x'], onHint: () => undefined });
      if (underWayMs !== undefined) await pause(underWayMs);
      await early.close();
      expect(early.isConnected()).to.equal(false);
    }
  });

  it('ends with its store, which lets nobody subscribe any more', async () => {
    const short = await openStore({ driver: 'postgres', dsn: database.dsn });
    const heard: string[] = [];
    const ended = short.subscribe({ channels: ['x'], onHint: (channel) => heard.push(channel) });
    await eventually(() => expect(heard).to.have.length(1));
    await short.close();
    expect(ended.isConnected()).to.equal(false);
    await rejection(
      Promise.resolve().then(() => short.subscribe({ channels: ['x'], onHint: () => undefined })),
      'closed',
    );
  });
});
