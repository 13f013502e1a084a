import { makeStatement } from '@stacyvm/audit';
import { createClockGuard } from '@stacyvm/orchestrator';
import { openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { startHousekeeping } from '../src/housekeeping.js';
import { admin } from './admin-calls.js';
import { startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';

const NOW = new Date('2030-06-01T00:00:00Z');
const DAY_MS = 86_400_000;

describe('housekeeping of the audit', () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2 });
  });
  after(async () => {
    await store?.close();
    await database?.drop();
  });

  const record = (daysAgo: number, tenant = '') =>
    store.audit.append({
      tenant,
      category: 'admin',
      at: new Date(NOW.getTime() - daysAgo * DAY_MS),
      actorKind: 'api_key',
      actorId: 'ann',
      credentialId: '',
      action: 'worker_key.list',
      resource: '',
      outcome: 'success',
      reason: '',
      requestId: `${daysAgo} days ago`,
      sourceAddress: '',
    });
  const left = async () => (await store.audit.list({ limit: 1000 })).items.map(({ requestId }) => requestId);

  it('keeps everything while no retention is set, then what is younger, whatever it is changed to', async () => {
    for (const daysAgo of [400, 91, 89, 31, 1]) await record(daysAgo);
    const { logger, records } = captureLogs();
    let retentionMs = 0;
    const work = startHousekeeping({
      store,
      auditRetentionMs: () => retentionMs,
      auditSinkHoldMs: 0,
      makeAnchor: makeStatement,
      clockGuard: createClockGuard({ store, logger }),
      logger,
      clock: () => NOW,
    });
    try {
      await work.runOnce();
      expect(await left()).to.have.length(5);
      retentionMs = 90 * DAY_MS;
      await work.runOnce();
      expect(await left()).to.deep.equal(['1 days ago', '31 days ago', '89 days ago']);
      retentionMs = 30 * DAY_MS;
      await work.runOnce();
      expect(await left()).to.deep.equal(['1 days ago']);
      expect(records('pruned').map(({ what, pruned }) => [what, pruned])).to.deep.equal([
        ['audit', 2],
        ['audit', 2],
      ]);
    } finally {
      await work.stop();
    }
  });

  it('waits for a sink that has not had everything, for as long as told', async () => {
    for (const daysAgo of [40, 37, 33]) await record(daysAgo, 'tn-sink');
    const sink = { id: 'as-1', name: 'file:/audit', holder: 'cp-1' };
    await store.auditSinks.hold({ ...sink, ttlMs: 60_000 });
    const { sequence } = await store.audit.head('');
    await store.auditSinks.advance(sink.id, [{ tenant: '', sequence }]);
    const { logger } = captureLogs();
    const pruned = async (sinkHoldDays: number) => {
      const work = startHousekeeping({
        store,
        auditRetentionMs: () => 30 * DAY_MS,
        auditSinkHoldMs: sinkHoldDays * DAY_MS,
        makeAnchor: makeStatement,
        clockGuard: createClockGuard({ store, logger }),
        logger,
        clock: () => NOW,
      });
      await work.runOnce();
      await work.stop();
      return (await store.audit.head('tn-sink')).anchorSequence;
    };
    expect(await pruned(100)).to.equal(0);
    expect(await pruned(8)).to.equal(1);
    await store.auditSinks.advance(sink.id, [{ tenant: 'tn-sink', sequence: 2 }]);
    expect(await pruned(100)).to.equal(2);
    await store.auditSinks.advance(sink.id, [{ tenant: 'tn-sink', sequence: 3 }]);
    expect(await pruned(100)).to.equal(3);
  });

  it('goes on until nothing old is left, in batches', async () => {
    for (let n = 0; n < 1_050; n += 50) {
      await Promise.all(Array.from({ length: 50 }, () => record(200, 'tn-1')));
    }
    const { logger, records } = captureLogs();
    const work = startHousekeeping({
      store,
      auditRetentionMs: () => 30 * DAY_MS,
      auditSinkHoldMs: 0,
      makeAnchor: makeStatement,
      clockGuard: createClockGuard({ store, logger }),
      logger,
      clock: () => NOW,
    });
    await work.runOnce();
    await work.stop();
    expect(await left()).to.deep.equal(['1 days ago']);
    expect(records('pruned')).to.have.length(1);
    expect(records('pruned')[0]).to.include({ what: 'audit', pruned: 1_050 });
  });

  it('follows auth.admin_audit_retention from the start of a control plane', async () => {
    const fixture = await startFixture();
    try {
      await fixture.store.audit.append({
        category: 'admin',
        at: new Date(0),
        actorKind: 'api_key',
        actorId: 'ann',
        credentialId: '',
        action: 'old',
        resource: '',
        outcome: 'success',
        reason: '',
        requestId: 'old',
        sourceAddress: '',
      });
      await admin(fixture, '/worker-keys');
      await fixture.beside({ 'auth.admin_audit_retention': '1h' });
      await eventually(async () => {
        const { items } = await fixture.store.audit.list();
        expect(items.map(({ action }) => action)).to.deep.equal(['worker_key.list']);
      });
    } finally {
      await fixture.dispose();
    }
  });

  it('prunes nothing by a clock that is wrong', async () => {
    const clock = () => new Date(Date.now() + 3_600_000);
    const ahead = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 1, clock });
    const { logger, records } = captureLogs();
    await store.tokenRevocations.add({
      kind: 'token',
      subject: 'stolen',
      revokedBy: 'ann',
      expiresAt: new Date(Date.now() + 600_000),
      reason: '',
    });
    const work = startHousekeeping({
      store: ahead,
      auditRetentionMs: () => 0,
      auditSinkHoldMs: 0,
      makeAnchor: makeStatement,
      clockGuard: createClockGuard({ store: ahead, logger }),
      logger,
      clock,
    });
    await work.runOnce();
    await work.stop();
    await ahead.close();
    expect((await store.tokenRevocations.list()).items).to.have.length(1);
    const [warning] = records(
      'nothing expires here until the clock agrees with that of the database; set the clocks',
    );
    expect(warning?.['ahead_ms']).to.be.within(3_590_000, 3_610_000);
  });
});
