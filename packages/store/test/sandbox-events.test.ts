import { expect } from 'chai';
import pg from 'pg';
import { FIRST_EVENT, openStore, SANDBOX_EVENTS_CHANNEL, type Store } from '../src/index.js';
import { createTestDatabase, type TestDatabase } from '../src/testing.js';
import { eventually } from './eventually.js';
import { manualClock } from './manual-clock.js';
import { heartbeat, newSandbox } from './store-fixture.js';

describe('SandboxEventRepository', () => {
  let database: TestDatabase;
  let store: Store;
  const clock = manualClock();
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, clock });
    await store.workers.upsertHeartbeats([heartbeat('worker-1')]);
  });
  after(async () => {
    await store.close();
    await database.drop();
  });

  let made = 0;
  const reserve = async (more: Parameters<typeof newSandbox>[1] = {}) => {
    made += 1;
    const id = `sb-${made}`;
    await store.sandboxes.reserve(
      newSandbox(id, { ...more, expiresAt: new Date(clock().getTime() + 3_600_000) }),
    );
    return id;
  };
  /** A transaction elsewhere, in another database too, holds everything behind it back; it ends soon. */
  const settled = <T>(check: () => Promise<T>) => eventually(check);
  const typesOf = async (sandboxId: string) =>
    (await store.sandboxEvents.read({ after: FIRST_EVENT, sandboxId, limit: 1000 })).map(({ type }) => type);

  it('tells every change of a sandbox once, and nothing else', async () => {
    const id = await reserve({ tenantId: '' });
    await store.sandboxes.transition(id, { from: ['creating'], to: 'running', runtimeId: 'rt' });
    await store.sandboxes.transition(id, { from: ['running'], to: 'running' });
    await store.sandboxes.claimForReconcile({ notCheckedSince: clock(), claimMs: 1 });
    await store.sandboxes.transition(id, { from: ['running'], to: 'unhealthy', reason: 'worker_stale' });
    clock.advance(10);
    const expiresAt = new Date('2030-01-02T03:04:05.678Z');
    await store.sandboxes.extend(id, { expiresAt, leaseTtlMs: 60_000, claimMs: 1 });
    const run = {
      sandboxId: id,
      command: 'secret',
      mode: 'shell' as const,
      durationMs: 1_500,
      startedAt: clock(),
    };
    await store.execLogs.append({ ...run, outcome: 'completed', requestId: 'r-1', exitCode: 3 });
    await store.sandboxes.markDestroyed(id, 'requested');
    await store.sandboxes.markDestroyed(id, 'again');
    await settled(async () =>
      expect(await typesOf(id)).to.deep.equal([
        'sandbox.created',
        'sandbox.running',
        'sandbox.unhealthy',
        'sandbox.extended',
        'exec.completed',
        'sandbox.destroyed',
      ]),
    );
    const events = await store.sandboxEvents.read({ after: FIRST_EVENT, sandboxId: id });
    expect(events.map(({ data }) => data)).to.deep.equal([
      { image: 'host', provider: 'bubblewrap', worker_id: 'worker-1' },
      {},
      { reason: 'worker_stale' },
      { expires_at: '2030-01-02T03:04:05.678Z' },
      { exit_code: 3, duration_ms: 1_500, request_id: 'r-1' },
      { reason: 'requested' },
    ]);
    expect(events[4]?.at.getTime()).to.equal(clock().getTime() + 1_500);
    expect(JSON.stringify(events)).not.to.contain('secret');
  });

  it('tells nothing of what was rolled back', async () => {
    const id = await reserve();
    await store.sandboxes.reserve(newSandbox(id)).catch(() => undefined);
    await settled(async () => expect(await typesOf(id)).to.deep.equal(['sandbox.created']));
  });

  it('holds back what comes behind a transaction that has not ended, so that no reader misses it', async () => {
    const id = await reserve();
    await settled(async () => expect(await typesOf(id)).to.have.length(1));
    const slow = new pg.Client({ connectionString: database.dsn });
    await slow.connect();
    try {
      await slow.query('begin');
      await slow.query(`update sandboxes set state = 'running' where id = $1`, [id]);
      const later = await reserve();
      const position = (await store.sandboxEvents.read({ after: FIRST_EVENT, sandboxId: id }))[0]!.position;
      expect(await store.sandboxEvents.read({ after: position })).to.deep.equal([]);
      await slow.query('commit');
      await settled(async () => {
        const seen = await store.sandboxEvents.read({ after: position });
        expect(seen.map(({ sandboxId, type }) => `${sandboxId} ${type}`)).to.deep.equal([
          `${id} sandbox.running`,
          `${later} sandbox.created`,
        ]);
      });
    } finally {
      await slow.end();
    }
  });

  it('hints, and reads on from any place, by tenant and by sandbox', async () => {
    const hints: string[] = [];
    const subscription = store.subscribe({
      channels: [SANDBOX_EVENTS_CHANNEL],
      onHint: (channel) => hints.push(channel),
    });
    await eventually(() => expect(hints).to.have.length(1));
    const start = await store.sandboxEvents.now();
    const id = await reserve();
    await eventually(() => expect(hints.length).to.be.above(1));
    await subscription.close();
    await store.sandboxes.markDestroyed(id);
    const [first, second] = await settled(async () => {
      const seen = await store.sandboxEvents.read({ after: start });
      expect(seen).to.have.length(2);
      return seen;
    });
    expect(await store.sandboxEvents.read({ after: first!.position })).to.deep.equal([second]);
    expect(await store.sandboxEvents.read({ after: start, limit: 1 })).to.deep.equal([first]);
    expect(await store.sandboxEvents.read({ after: start, tenantId: 'tn-x' })).to.deep.equal([]);
    expect(await store.sandboxEvents.read({ after: start, tenantId: '' })).to.have.length(2);
    expect(await store.sandboxEvents.isKept(first!.position)).to.equal(true);
  });

  it('forgets the old ones', async () => {
    const id = await reserve();
    const [event] = await settled(async () => {
      const seen = await store.sandboxEvents.read({ after: FIRST_EVENT, sandboxId: id });
      expect(seen).to.have.length(1);
      return seen;
    });
    clock.advance(10_000);
    await reserve();
    await store.sandboxEvents.prune({ before: clock() });
    expect(await store.sandboxEvents.isKept(event!.position)).to.equal(false);
    await settled(async () =>
      expect(await store.sandboxEvents.read({ after: event!.position })).to.have.length(1),
    );
  });
});
