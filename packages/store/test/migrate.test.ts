import { expect } from 'chai';
import pg from 'pg';
import { openStore } from '../src/index.js';
import { createTestDatabase, type TestDatabase } from '../src/testing.js';
import { eventually } from './eventually.js';
import { rejection } from './rejection.js';

describe('migrations', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    try {
      return (await client.query(text)).rows as Array<Record<string, unknown>>;
    } finally {
      await client.end();
    }
  };

  it('run once when 4 control planes open an empty database together', async () => {
    const applied: unknown[] = [];
    const logger = {
      debug() {},
      warn() {},
      info: (message: string, fields?: Record<string, unknown>) => {
        applied.push([message, fields?.['migration']]);
      },
    };
    const open = () => openStore({ driver: 'postgres', dsn: database.dsn, logger });
    const stores = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(stores.map((store) => store.ping()));
    await Promise.all(stores.map((store) => store.close()));
    expect(applied).to.deep.equal([
      ['applied database migration', '0001-fleet'],
      ['applied database migration', '0002-worker-identity'],
      ['applied database migration', '0003-policies'],
      ['applied database migration', '0004-fleet-operation'],
      ['applied database migration', '0005-tenants'],
      ['applied database migration', '0006-audit'],
      ['applied database migration', '0007-people'],
      ['applied database migration', '0008-quotas'],
      ['applied database migration', '0009-sandbox-events'],
      ['applied database migration', '0010-tenant-rows'],
      ['applied database migration', '0011-audit-sinks'],
    ]);
    expect(await query('select name from schema_migrations order by 1')).to.deep.equal([
      { name: '0001-fleet' },
      { name: '0002-worker-identity' },
      { name: '0003-policies' },
      { name: '0004-fleet-operation' },
      { name: '0005-tenants' },
      { name: '0006-audit' },
      { name: '0007-people' },
      { name: '0008-quotas' },
      { name: '0009-sandbox-events' },
      { name: '0010-tenant-rows' },
      { name: '0011-audit-sinks' },
    ]);
  });

  it('wait for another process that is migrating', async () => {
    const client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    await client.query('select pg_advisory_lock(32496501985930861)');
    const opening = openStore({ driver: 'postgres', dsn: database.dsn });
    await eventually(async () => {
      const { rowCount } = await client.query(
        `select from pg_locks where locktype = 'advisory' and not granted and database =
          (select oid from pg_database where datname = current_database())`,
      );
      expect(rowCount).to.equal(1);
    });
    expect((await client.query(`select to_regclass('workers') as found`)).rows).to.deep.equal([
      { found: null },
    ]);
    await client.end();
    await (await opening).close();
  });

  it('leave a migrated database and its rows alone', async () => {
    const first = await openStore({ driver: 'postgres', dsn: database.dsn });
    const worker = { id: 'w', hostname: '', providers: null, capabilities: null, capacity: {} };
    await first.workers.upsertHeartbeat(worker);
    await first.close();
    const second = await openStore({ driver: 'postgres', dsn: database.dsn });
    expect(await second.workers.get('w')).to.include({ id: 'w' });
    await second.close();
  });

  it('bring a database of the first version up to date, and its rows stay', async () => {
    const first = await openStore({ driver: 'postgres', dsn: database.dsn });
    const worker = { id: 'w', hostname: '', providers: null, capabilities: null, capacity: {} };
    await first.workers.upsertHeartbeat(worker);
    await first.close();
    await query(`drop policy tenant_rows on exec_logs`);
    await query(`drop policy tenant_rows on sandboxes`);
    await query(`alter table sandboxes drop column tenant_ref`);
    await query(`drop table worker_token_issuances, worker_token_revocations, worker_revocation_version,
      worker_join_tokens, worker_credential_uses, policies, policy_version,
      control_planes, tenants, tenant_members, api_keys, quotas, rate_buckets, principal_revocations,
      principal_revocation_version, audit_sink_cursors, audit_sinks, audit_events, audit_statements, audit_heads, sandbox_events`);
    await query(`drop function stacyvm_sandbox_event, stacyvm_exec_event cascade`);
    await query(`drop index sandboxes_of_worker, sandboxes_active_owner`);
    await query(`create index workers_last_heartbeat on workers (last_heartbeat desc)`);
    await query(`alter table workers drop constraint workers_drain_deadline,
      drop constraint workers_last_flap, drop column cordoned, drop column drain_deadline,
      drop column heartbeat_digest, drop column flaps, drop column last_flap_at`);
    await query(`delete from schema_migrations where name > '0001-fleet'`);
    const second = await openStore({ driver: 'postgres', dsn: database.dsn });
    expect(await second.workers.get('w')).to.include({ id: 'w', cordoned: false, flaps: 0 });
    expect((await second.workers.recordHeartbeats([worker]))[0]?.previousInstanceId).to.equal('');
    expect(await second.tokenRevocations.snapshot()).to.deep.equal({ version: 1, revocations: [] });
    await second.close();
  });

  it('make the tables, keys and indexes that the queries rely on', async () => {
    await (await openStore({ driver: 'postgres', dsn: database.dsn })).close();
    const indexes = await query(`select indexname from pg_indexes
      where schemaname = 'public' and tablename not like 'schema_%' order by 1`);
    expect(indexes.map((row) => row['indexname'])).to.deep.equal([
      'api_keys_key_hash_key',
      'api_keys_key_prefix_key',
      'api_keys_newest',
      'api_keys_pkey',
      'api_keys_tenant',
      'audit_events_action',
      'audit_events_actor',
      'audit_events_id_key',
      'audit_events_newest',
      'audit_events_pkey',
      'audit_events_resource',
      'audit_events_tenant',
      'audit_events_unsuccessful',
      'audit_heads_pkey',
      'audit_heads_unsigned',
      'audit_sink_cursors_pkey',
      'audit_sinks_pkey',
      'audit_statements_pkey',
      'control_planes_pkey',
      'exec_logs_pkey',
      'exec_logs_sandbox',
      'leases_expires_at',
      'leases_holder',
      'leases_pkey',
      'policies_decision_order',
      'policies_pkey',
      'policies_same_rule',
      'policy_version_pkey',
      'principal_revocation_version_pkey',
      'principal_revocations_expiry',
      'principal_revocations_newest',
      'principal_revocations_pkey',
      'principal_revocations_subject',
      'quotas_of_subject',
      'rate_buckets_pkey',
      'sandbox_events_age',
      'sandbox_events_order',
      'sandbox_events_pkey',
      'sandboxes_active_owner',
      'sandboxes_active_worker',
      'sandboxes_expiry',
      'sandboxes_newest',
      'sandboxes_of_worker',
      'sandboxes_owner',
      'sandboxes_pkey',
      'sandboxes_tenant',
      'sandboxes_unchecked',
      'tenant_members_oldest',
      'tenant_members_pkey',
      'tenant_members_user',
      'tenants_newest',
      'tenants_owner',
      'tenants_pkey',
      'worker_credential_uses_credential',
      'worker_credential_uses_last_seen',
      'worker_credential_uses_pkey',
      'worker_credential_uses_worker',
      'worker_join_tokens_expiry',
      'worker_join_tokens_newest',
      'worker_join_tokens_pkey',
      'worker_join_tokens_token_hash_key',
      'worker_join_tokens_worker',
      'worker_revocation_version_pkey',
      'worker_token_issuances_expiry',
      'worker_token_issuances_pkey',
      'worker_token_issuances_token_id_key',
      'worker_token_issuances_worker',
      'worker_token_revocations_expiry',
      'worker_token_revocations_newest',
      'worker_token_revocations_pkey',
      'worker_token_revocations_subject',
      'workers_pkey',
    ]);
    const zoneless = await query(`select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type = 'timestamp without time zone'`);
    expect(zoneless).to.deep.equal([]);
    const foreign =
      await query(`select conrelid::regclass::text as source, confrelid::regclass::text as target
      from pg_constraint where contype = 'f' order by 1, 2`);
    expect(foreign).to.deep.equal([
      { source: 'api_keys', target: 'tenants' },
      { source: 'audit_events', target: 'audit_heads' },
      { source: 'audit_sink_cursors', target: 'audit_heads' },
      { source: 'audit_sink_cursors', target: 'audit_sinks' },
      { source: 'audit_statements', target: 'audit_heads' },
      { source: 'exec_logs', target: 'sandboxes' },
      { source: 'policies', target: 'tenants' },
      { source: 'quotas', target: 'tenants' },
      { source: 'sandboxes', target: 'tenants' },
      { source: 'tenant_members', target: 'tenants' },
    ]);
  });

  it('refuse a database with migrations this version does not know', async () => {
    await (await openStore({ driver: 'postgres', dsn: database.dsn })).close();
    await query(`insert into schema_migrations values ('9999-from-the-future', '2031-01-01')`);
    const refusal = await rejection(openStore({ driver: 'postgres', dsn: database.dsn }), 'schema');
    expect(refusal.message).to.match(/migrated by another version/);
  });

  it("refuse another program's database before changing it", async () => {
    await query('create table schema_migrations (version integer primary key, applied_at timestamptz)');
    const refusal = await rejection(openStore({ driver: 'postgres', dsn: database.dsn }), 'schema');
    expect(refusal.message).to.match(/another program/);
    const tables = await query(`select tablename from pg_tables where schemaname = 'public'`);
    expect(tables).to.deep.equal([{ tablename: 'schema_migrations' }]);
  });

  it('refuse a database where a table of ours exists already, and change nothing', async () => {
    await query('create table sandboxes (id integer)');
    const refusal = await rejection(openStore({ driver: 'postgres', dsn: database.dsn }), 'schema');
    expect(refusal.message).to.match(/sandboxes.* already exists/);
    const tables = await query(`select tablename from pg_tables where tablename in ('workers', 'leases')`);
    expect(tables).to.deep.equal([]);
  });
});
