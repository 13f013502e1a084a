import {
  type AuditStatement,
  exportLine,
  generateSigningKey,
  makeStatement,
  readPublicKey,
  readSigningKey,
  type StatementContent,
  type Verification,
  verifyExport,
} from '@stacyvm/audit';
import { expect } from 'chai';
import fc from 'fast-check';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { auditRecordOf, type NewAuditEvent, openStore, type Store } from '../src/index.js';
import { auditMigration } from '../src/migrations/0006-audit.js';
import { auditSinksMigration } from '../src/migrations/0011-audit-sinks.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

const key = readSigningKey(generateSigningKey());
const keys = [readPublicKey(key.publicKeyPem)];
const sign = (content: StatementContent): AuditStatement => makeStatement(content, key);

describe('the chains of the audit', () => {
  let fixture: StoreFixture;
  let database: pg.Client;
  before(async () => {
    fixture = await openFixture();
    database = new pg.Client({ connectionString: fixture.database.dsn });
    await database.connect();
  });
  after(async () => {
    await database?.end();
    await fixture?.close();
  });
  beforeEach(() => fixture.reset());

  const event = (overrides: Partial<NewAuditEvent> = {}): NewAuditEvent => ({
    category: 'operation',
    actorKind: 'api_key',
    actorId: 'ann',
    credentialId: 'ak-1',
    action: 'sandbox.exec',
    resource: 'sandbox:sb-1',
    outcome: 'success',
    reason: '',
    requestId: 'req-1',
    sourceAddress: '192.0.2.7',
    ...overrides,
  });
  const second = (number: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, number));

  async function verify(tenant: string, store: Store = fixture.store): Promise<Verification> {
    async function* lines() {
      const { sequence, hash } = await store.audit.head(tenant);
      const anchor = await store.audit.anchor(tenant);
      if (anchor !== undefined) yield exportLine(anchor);
      let after = anchor?.sequence ?? 0;
      while (after < sequence) {
        const events = await store.audit.chain({ tenant, after, limit: 1000 });
        if (events.length === 0) break;
        for (const each of events) {
          yield exportLine(auditRecordOf(each));
          for (const checkpoint of await checkpointAt(each.sequence)) yield exportLine(checkpoint);
          after = each.sequence;
        }
      }
      const at = '2030-01-01T00:00:00.000Z';
      yield exportLine(sign({ statement: 'head', tenant, sequence, hash, at }));
    }
    const checkpoints = await store.audit.checkpoints({ tenant, after: 0, limit: 1000 });
    const checkpointAt = async (sequence: number) => checkpoints.filter((each) => each.sequence === sequence);
    return verifyExport(lines(), { keys });
  }

  it('hold 10,000 events of 64 parallel writers at two control planes, and verify', async function () {
    this.timeout(60_000);
    const other = await openStore({ driver: 'postgres', dsn: fixture.database.dsn });
    let next = 0;
    const write = async (store: Store) => {
      while (next < 10_000) {
        next += 1;
        await store.audit.append(event({ tenant: 'tn-1', requestId: `req-${next}`, detail: { next } }));
      }
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: 64 }, (_, n) => write(n % 2 === 0 ? fixture.store : other)));
    const rate = 10_000 / ((performance.now() - started) / 1000);
    await other.close();
    // What a machine of two busy processors does at the least; idle ones do many times as much.
    expect(rate, `${Math.round(rate)} events a second`).to.be.above(100);
    const report = await verify('tn-1');
    expect(report.problems).to.deep.equal([]);
    expect(report.chains[0]).to.include({ events: 10_000 });
    const { rows } = await database.query(
      'select count(distinct request_id)::int as requests from audit_events',
    );
    expect(rows).to.deep.equal([{ requests: 10_000 }]);
  });

  it('are apart for each tenant, also when their events come at once', async () => {
    const { audit } = fixture.store;
    const tenants = ['', 'tn-1', 'tn-2', 'tn-ü'];
    await Promise.all(Array.from({ length: 80 }, (_, n) => audit.append(event({ tenant: tenants[n % 4]! }))));
    for (const tenant of tenants) {
      expect(await verify(tenant)).to.deep.include({ intact: true });
      expect(await audit.head(tenant)).to.include({ sequence: 20, anchorSequence: 0, checkpointSequence: 0 });
    }
    expect(await audit.head('tn-3')).to.include({ sequence: 0, updatedAt: undefined });
    const pages = await everyPage((request) => audit.heads(request), 3);
    expect(pages.map((page) => page.map(({ tenant }) => tenant))).to.deep.equal([
      ['', 'tn-1', 'tn-2'],
      ['tn-ü'],
    ]);
    await rejection(audit.heads({ after: 'junk' }), 'invalid_input');
  });

  it('give back what was hashed, whatever was recorded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          actorId: fc.string({ unit: 'binary' }),
          resource: fc.string({ maxLength: 600 }),
          reason: fc.string({ unit: 'grapheme' }),
          durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
          at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
          detail: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
        }),
        async (recorded) => {
          await fixture.store.audit.append(event({ tenant: 'tn-any', ...recorded }));
        },
      ),
      { numRuns: 150 },
    );
    expect((await verify('tn-any')).problems).to.deep.equal([]);
  });

  it('go on after an append that could not be done', async () => {
    const { audit } = fixture.store;
    const results = await Promise.allSettled([
      audit.append(event()),
      audit.append(event({ outcome: 'maybe' as 'denied' })),
      audit.append(event()),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
    await audit.append(event());
    expect((await verify('')).problems).to.deep.equal([]);
  });

  it('take an event whose detail is nested too deep for them, and those that come with it', async () => {
    const { audit } = fixture.store;
    const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;
    const appended = [
      audit.append(event()),
      audit.append(event({ tenant: 'tn-b' })),
      audit.append(event({ detail: { deep, seen: true } })),
      audit.append(event({ tenant: 'tn-b' })),
    ];
    const outcomes = await Promise.allSettled(appended);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(4).fill('fulfilled'));
    expect((await appended[2])?.detail).to.deep.equal({ seen: true, truncated: true });
    expect((await audit.head('tn-b')).sequence).to.equal(2);
  });

  describe('in the database', () => {
    const refused: ReadonlyArray<readonly [string, string]> = [
      ['a change of an event', `update audit_events set actor_id = 'eve'`],
      ['the removal of an event', 'delete from audit_events where sequence = 2'],
      ['the removal of all', 'truncate audit_events'],
      ['a head that goes back', 'update audit_heads set sequence = 1'],
      ['a head with another hash', `update audit_heads set hash = repeat('0', 64)`],
      ['the removal of a head', 'delete from audit_heads'],
    ];
    for (const [name, statement] of refused) {
      it(`refuse ${name}`, async () => {
        for (let n = 0; n < 3; n += 1) await fixture.store.audit.append(event());
        const failure = await database.query(statement).then(
          () => undefined,
          (error: unknown) => String(error),
        );
        expect(failure).to.match(/only (?:appended|advances)|foreign key/);
        expect((await verify('')).intact).to.equal(true);
      });
    }

    const tampering: ReadonlyArray<readonly [string, string, readonly string[]]> = [
      ['changed', `update audit_events set actor_id = 'eve' where sequence = 2`, ['changed 2']],
      ['removed', 'delete from audit_events where sequence in (2, 3)', ['removed 2']],
      ['cut off', 'delete from audit_events where sequence > 3', ['truncated 4']],
    ];
    for (const [name, statement, expected] of tampering) {
      it(`show what a superuser ${name}`, async () => {
        for (let n = 0; n < 5; n += 1) await fixture.store.audit.append(event());
        await database.query('set session_replication_role = replica');
        await database.query(statement);
        await database.query('set session_replication_role = origin');
        const { problems } = await verify('');
        expect(problems.map(({ code, sequence }) => `${code} ${sequence}`)).to.deep.equal(expected);
      });
    }
  });

  it('keep signed checkpoints, and tell which chains have news since', async () => {
    const { audit } = fixture.store;
    for (const tenant of ['', 'tn-1', 'tn-1']) await audit.append(event({ tenant }));
    const unsigned = async () => (await audit.heads({ unsigned: true })).items.map(({ tenant }) => tenant);
    expect(await unsigned()).to.deep.equal(['', 'tn-1']);
    const { sequence, hash } = await audit.head('tn-1');
    const checkpoint = sign({
      statement: 'checkpoint',
      tenant: 'tn-1',
      sequence,
      hash,
      at: second(1).toISOString(),
    });
    await audit.addCheckpoint(checkpoint);
    await audit.addCheckpoint(sign({ ...checkpoint, at: second(2).toISOString() }));
    expect(await unsigned()).to.deep.equal(['']);
    expect(await audit.checkpoints({ tenant: 'tn-1', after: 0 })).to.deep.equal([checkpoint]);
    expect((await audit.head('tn-1')).checkpointSequence).to.equal(2);
    expect((await verify('tn-1')).chains[0]).to.include({ signatures: 2 });
    await rejection(audit.addCheckpoint(makeStatement(checkpoint)), 'invalid_input');
    await rejection(audit.addCheckpoint(sign({ ...checkpoint, statement: 'anchor' })), 'invalid_input');
  });

  it('are summed up: how far they have come, and since when what is not signed', async () => {
    const { audit } = fixture.store;
    const none = { appended: 0, unsigned: 0, unsignedSince: undefined };
    expect(await audit.summary()).to.deep.equal({ platform: none, tenants: none, chains: 0 });
    for (const n of [0, 1, 2]) await audit.append(event({ at: second(n) }));
    for (const tenant of ['tn-1', 'tn-2']) await audit.append(event({ at: second(7), tenant }));
    const tenants = { appended: 2, unsigned: 2, unsignedSince: second(7) };
    expect(await audit.summary()).to.deep.equal({
      platform: { appended: 3, unsigned: 3, unsignedSince: second(0) },
      tenants,
      chains: 3,
    });
    await audit.prune({ before: second(1) }, sign);
    expect((await audit.summary()).platform).to.deep.equal({
      appended: 3,
      unsigned: 2,
      unsignedSince: second(1),
    });
    const { sequence, hash } = await audit.head('');
    await audit.addCheckpoint(
      sign({ statement: 'checkpoint', tenant: '', sequence, hash, at: second(9).toISOString() }),
    );
    expect(await audit.summary()).to.deep.equal({
      platform: { ...none, appended: 3 },
      tenants,
      chains: 3,
    });
  });

  describe('when they are pruned', () => {
    const left = async (tenant = '') =>
      (await fixture.store.audit.chain({ tenant, after: 0 })).map(({ sequence }) => sequence).join(' ');

    it('lose their beginnings alone, as many as asked for, and say so under a signature', async () => {
      const { audit } = fixture.store;
      for (let n = 0; n < 6; n += 1) await audit.append(event({ at: second(n) }));
      expect(await audit.prune({ before: second(0) }, sign)).to.equal(0);
      expect(await audit.anchor('')).to.equal(undefined);
      expect(await audit.prune({ before: second(3), limit: 2 }, sign)).to.equal(2);
      expect(await left()).to.equal('3 4 5 6');
      expect(await audit.prune({ before: second(3), limit: 2 }, sign)).to.equal(1);
      expect(await left()).to.equal('4 5 6');
      expect(await audit.anchor('')).to.include({ statement: 'anchor', sequence: 3, key_id: key.keyId });
      const report = await verify('');
      expect(report.problems).to.deep.equal([]);
      expect(report.chains[0]).to.include({ events: 3, prunedTo: 3, signatures: 2 });
      await audit.append(event());
      expect((await verify('')).intact).to.equal(true);
    });

    it('keep what is old but stands behind something younger', async () => {
      const { audit } = fixture.store;
      for (const n of [0, 9, 1, 2]) await audit.append(event({ at: second(n) }));
      expect(await audit.prune({ before: second(5) }, sign)).to.equal(1);
      expect(await left()).to.equal('2 3 4');
      expect((await verify('')).intact).to.equal(true);
    });

    it('are not kept by one that a wrong clock dated into the future', async () => {
      const { audit } = fixture.store;
      const years = new Date('2040-01-01T00:00:00Z');
      for (const at of [second(0), years, second(1), second(9), second(2), years])
        await audit.append(event({ at }));
      expect(await audit.prune({ before: second(5) }, sign)).to.equal(3);
      expect(await left()).to.equal('4 5 6');
      expect((await verify('')).intact).to.equal(true);
      expect(await audit.prune({ before: second(60) }, sign)).to.equal(2);
      expect(await left()).to.equal('6');
    });

    it('keep one of the future that something younger stands behind', async () => {
      const { audit } = fixture.store;
      for (const at of [second(0), new Date('2040-01-01T00:00:00Z'), second(9), second(1)])
        await audit.append(event({ at }));
      expect(await audit.prune({ before: second(5) }, sign)).to.equal(1);
      expect(await left()).to.equal('2 3 4');
    });

    it('are pruned each for itself, and by one control plane at a time', async () => {
      const { audit } = fixture.store;
      for (let n = 0; n < 6; n += 1)
        await audit.append(event({ at: second(n), tenant: n % 2 === 0 ? 'a' : 'b' }));
      const pruned = await Promise.all([1, 2, 3].map(() => audit.prune({ before: second(4) }, sign)));
      expect(pruned.reduce((sum, each) => sum + each, 0)).to.equal(4);
      expect([await left('a'), await left('b')]).to.deep.equal(['3', '3']);
      for (const tenant of ['a', 'b']) expect((await verify(tenant)).intact).to.equal(true);
      expect(await audit.prune({ before: second(60) }, sign)).to.equal(2);
      expect(await audit.head('a')).to.include({ sequence: 3, anchorSequence: 3 });
      expect((await verify('a')).problems).to.deep.equal([]);
    });
  });

  it('begin with what administrators did before there were chains', async () => {
    const { store } = fixture;
    await database.query(
      `drop table audit_sink_cursors, audit_sinks, audit_events, audit_statements, audit_heads`,
    );
    await database.query(`
      create table admin_audit (id bigserial primary key, at timestamptz, actor_kind text, actor_id text,
        credential_id text, action text, resource text, outcome text, reason text, request_id text,
        source_address text, detail jsonb)`);
    await database.query(`
      insert into admin_audit (at, actor_kind, actor_id, credential_id, action, resource, outcome, reason, request_id,
        source_address, detail)
      select '2030-01-01'::timestamptz + n / 2 * interval '1 second', 'api_key', 'ann', 'ak-' || n, 'worker.list', 'worker:w', 'success', '',
        'req-' || n, '192.0.2.7', jsonb_build_object('n', n, 'text', E'\\u00e9"\\\\') from generate_series(1, 1203) as n`);
    const pool = new pg.Pool({ connectionString: fixture.database.dsn });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await db.transaction().execute((transaction) => auditMigration.up(transaction));
    await auditSinksMigration.up(db);
    await db.destroy();
    const report = await verify('', store);
    expect(report.problems).to.deep.equal([]);
    expect(report.chains[0]).to.include({ events: 1203 });
    expect((await store.audit.list({ limit: 1 })).items[0]).to.deep.include({
      category: 'admin',
      requestId: 'req-1203',
      detail: { n: 1203, text: 'é"\\' },
    });
    await store.audit.append(event({ category: 'admin' }));
    expect((await verify('')).intact).to.equal(true);
    expect((await database.query(`select to_regclass('admin_audit') as found`)).rows).to.deep.equal([
      { found: null },
    ]);
  });
});
