import { makeStatement } from '@stacyvm/audit';
import { expect } from 'chai';
import pg from 'pg';
import { openStore, type Store } from '../src/index.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2030-01-01T00:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);

describe('the sinks of the audit', () => {
  let fixture: StoreFixture;
  let store: Store;
  let admin: pg.Client;
  before(async () => {
    fixture = await openFixture();
    store = fixture.store;
    admin = new pg.Client({ connectionString: fixture.database.dsn });
    await admin.connect();
  });
  after(async () => {
    await admin?.end();
    await fixture?.close();
  });
  beforeEach(() => fixture.reset());

  const record = (tenant: string, requestId: string, at = NOW) =>
    store.audit.append({
      tenant,
      at,
      category: 'admin',
      actorKind: 'api_key',
      actorId: 'ann',
      credentialId: '',
      action: 'worker.list',
      resource: '',
      outcome: 'success',
      reason: '',
      requestId,
      sourceAddress: '',
    });
  const hold = (id: string, holder = 'cp-1', ttlMs = 60_000) =>
    store.auditSinks.hold({ id, name: `file:/${id}`, holder, ttlMs });
  const ranges = async (id: string) =>
    (await store.auditSinks.waiting({ id })).map(({ tenant, after, upTo, missed }) => [
      tenant,
      after,
      upTo,
      missed,
    ]);

  it('are delivered to by one control plane, until it gives the right away, or is silent', async () => {
    expect(await hold('as-1')).to.equal(true);
    expect(await hold('as-1')).to.equal(true);
    expect(await hold('as-1', 'cp-2')).to.equal(false);
    expect(await hold('as-2', 'cp-2')).to.equal(true);
    await store.auditSinks.release({ id: 'as-1', holder: 'cp-2' });
    expect(await hold('as-1', 'cp-2')).to.equal(false);
    await store.auditSinks.release({ id: 'as-1', holder: 'cp-1' });
    expect(await hold('as-1', 'cp-2')).to.equal(true);
    await admin.query(`update audit_sinks set held_until = now() - interval '1 ms' where id = 'as-1'`);
    expect(await hold('as-1')).to.equal(true);
    await rejection(hold(''), 'invalid_input');
    await rejection(hold('as-1', ' '), 'invalid_input');
    await rejection(hold('as-1', 'cp-1', 0), 'invalid_input');
  });

  it('get each chain in its order, behind what they have had', async () => {
    await hold('as-1');
    for (const n of [1, 2, 3]) await record('', `platform ${n}`);
    for (const n of [1, 2]) await record('tn-1', `tenant ${n}`);
    expect(await ranges('as-1')).to.have.deep.members([
      ['', 0, 3, 0],
      ['tn-1', 0, 2, 0],
    ]);
    const events = await store.auditSinks.events([
      { tenant: 'tn-1', after: 0, upTo: 2 },
      { tenant: '', after: 1, upTo: 3 },
    ]);
    expect(events.map(({ requestId }) => requestId)).to.deep.equal([
      'tenant 1',
      'tenant 2',
      'platform 2',
      'platform 3',
    ]);
    expect(events[0]).to.deep.equal((await store.audit.chain({ tenant: 'tn-1', after: 0 }))[0]);
    const places = [
      { tenant: '', sequence: 2 },
      { tenant: 'tn-1', sequence: 2 },
    ];
    await store.auditSinks.advance('as-1', places);
    await store.auditSinks.advance('as-1', [{ tenant: '', sequence: 1 }]);
    expect(await ranges('as-1')).to.deep.equal([['', 2, 3, 0]]);
    expect(await store.auditSinks.waiting({ id: 'as-2', limit: 1 })).to.have.length(1);
    expect(await store.auditSinks.events([])).to.deep.equal([]);
  });

  it('are told of with what waits for them', async () => {
    await hold('as-1');
    expect((await store.auditSinks.list())[0]).to.include({ waitingRecords: 0, waitingSince: undefined });
    await record('', 'old', daysAgo(2));
    await record('', 'young');
    await record('tn-1', 'middle', daysAgo(1));
    await hold('as-2', 'cp-2');
    await store.auditSinks.advance('as-1', [{ tenant: '', sequence: 1 }]);
    const [first, second] = await store.auditSinks.list();
    expect(first).to.deep.include({
      id: 'as-1',
      name: 'file:/as-1',
      holder: 'cp-1',
      waitingRecords: 2,
      waitingSince: daysAgo(1),
    });
    expect(second).to.deep.include({ waitingRecords: 3, waitingSince: daysAgo(2) });
  });

  it('are forgotten when nobody was at them for long, unless somebody is', async () => {
    await hold('as-1');
    await hold('as-2', 'cp-1', 1_000_000_000);
    await record('', '1');
    await store.auditSinks.advance('as-1', [{ tenant: '', sequence: 1 }]);
    expect(await store.auditSinks.forget({ unseenMs: 3_600_000 })).to.deep.equal([]);
    await admin.query(`update audit_sinks set seen_at = now() - interval '2 hours'`);
    await admin.query(`update audit_sinks set held_until = now() - interval '1 hour' where id = 'as-1'`);
    expect(await store.auditSinks.forget({ unseenMs: 3_600_000 })).to.deep.equal(['file:/as-1']);
    await hold('as-1');
    expect(await ranges('as-1')).to.deep.equal([['', 0, 1, 0]]);
  });

  describe('when the audit is pruned', () => {
    const prune = (before: Date, undeliveredBefore?: Date) =>
      store.audit.prune(
        { before, ...(undeliveredBefore === undefined ? {} : { undeliveredBefore }) },
        makeStatement,
      );

    beforeEach(async () => {
      for (const days of [9, 8, 7, 6]) await record('', `${days} days`, daysAgo(days));
    });

    it('are waited for: those that have had nothing, and the slowest of them', async () => {
      await hold('as-1');
      await hold('as-2');
      expect(await prune(daysAgo(5), daysAgo(100))).to.equal(0);
      await store.auditSinks.advance('as-1', [{ tenant: '', sequence: 4 }]);
      expect(await prune(daysAgo(5), daysAgo(100))).to.equal(0);
      await store.auditSinks.advance('as-2', [{ tenant: '', sequence: 2 }]);
      expect(await prune(daysAgo(5), daysAgo(100))).to.equal(2);
      expect(await ranges('as-2')).to.deep.equal([['', 2, 4, 0]]);
      await admin.query(`delete from audit_sinks where id = 'as-2'`);
      expect(await prune(daysAgo(5), daysAgo(100))).to.equal(2);
    });

    it('are waited for no longer than told, and then know what they missed', async () => {
      await hold('as-1');
      await store.auditSinks.advance('as-1', [{ tenant: '', sequence: 1 }]);
      expect(await prune(daysAgo(5), new Date(daysAgo(7).getTime() + 1))).to.equal(3);
      expect(await ranges('as-1')).to.deep.equal([['', 3, 4, 2]]);
      expect(await prune(daysAgo(5))).to.equal(1);
      expect(await ranges('as-1')).to.deep.equal([['', 4, 4, 3]]);
      expect((await store.auditSinks.list())[0]).to.include({ waitingRecords: 0 });
      // One that comes later begins where the chain does, and missed nothing.
      await hold('as-3');
      expect(await ranges('as-3')).to.deep.equal([['', 4, 4, 0]]);
    });
  });

  it('miss nothing of what several control planes append at once', async function () {
    this.timeout(30_000);
    const other = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
    await hold('as-1');
    const had = new Map<string, number[]>();
    let appended = 0;
    const append = async (by: Store) => {
      for (let n = 0; n < 50; n += 1) {
        await by.audit.append({
          tenant: `tn-${n % 3}`,
          category: 'admin',
          actorKind: '',
          actorId: '',
          credentialId: '',
          action: 'x',
          resource: '',
          outcome: 'success',
          reason: '',
          requestId: '',
          sourceAddress: '',
        });
        appended += 1;
      }
    };
    const writers = Promise.all([store, other, store, other].map(append));
    while (appended < 200 || (await ranges('as-1')).length > 0) {
      const waiting = await store.auditSinks.waiting({ id: 'as-1' });
      for (const { tenant, sequence } of await store.auditSinks.events(waiting)) {
        had.set(tenant, [...(had.get(tenant) ?? []), sequence]);
      }
      await store.auditSinks.advance(
        'as-1',
        waiting.map(({ tenant, upTo }) => ({ tenant, sequence: upTo })),
      );
    }
    await writers;
    await other.close();
    for (const tenant of ['tn-0', 'tn-1', 'tn-2']) {
      const { sequence } = await store.audit.head(tenant);
      expect(had.get(tenant)).to.deep.equal(Array.from({ length: sequence }, (_, n) => n + 1));
    }
    expect([...had.values()].flat()).to.have.length(200);
  });
});
