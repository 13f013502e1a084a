import { expect } from 'chai';
import pg from 'pg';
import { FIRST_EVENT, type NewAuditEvent, openStore, type Store, type TenantStore } from '../src/index.js';
import { createTestDatabase } from '../src/testing.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

const LIMITS = {
  ...{ maxSandboxes: 5, maxMemoryMb: 0, maxVcpus: 0, maxTtlSeconds: 0, maxExecTimeoutSeconds: 0 },
  maxTokenIssuesPerMinute: 0,
};
const POLICY = {
  resourceType: 'image',
  effect: 'deny',
  pattern: 'a',
  priority: 10,
  mode: 'enforce',
  description: '',
  createdBy: 'ada',
} as const;

/** The same rows for each of them, and some that belong to nobody. */
async function fill(store: Store): Promise<void> {
  await store.workers.upsertHeartbeat(heartbeat('worker-1'));
  for (const id of ['tn-a', 'tn-b']) {
    await store.tenants.create({ id, name: id });
    await store.tenantMembers.set({ tenantId: id, userId: 'ada', role: 'viewer' });
    await store.policies.create({ ...POLICY, tenantId: id });
    const keyHash = id.slice(-1).repeat(64);
    await store.apiKeys.insert({
      tenantId: id,
      name: 'ci',
      role: 'api',
      keyPrefix: id,
      keyHash,
      createdBy: '',
    });
    await store.sandboxes.reserve(newSandbox(`sb-${id}`, { tenantId: id }));
    await log(store, `sb-${id}`);
    await store.quotas.set({ tenantId: id, ownerId: '' }, LIMITS);
    await store.audit.append(audited(id));
  }
  await store.policies.create({ ...POLICY, tenantId: null, priority: 11 });
  await store.apiKeys.insert({
    tenantId: null,
    name: 'platform',
    role: 'admin',
    keyPrefix: 'platform',
    keyHash: 'f'.repeat(64),
    createdBy: '',
  });
  await store.sandboxes.reserve(newSandbox('sb-none'));
  await log(store, 'sb-none');
  await store.quotas.set({ tenantId: '', ownerId: 'ada' }, LIMITS);
  await store.audit.append(audited(''));
}

function audited(tenant: string): NewAuditEvent {
  return {
    ...{ tenant, category: 'admin', actorKind: 'api_key', actorId: 'ann', credentialId: 'ak-1' },
    ...{ action: 'tenant.read', resource: `tenant:${tenant}`, outcome: 'success', reason: '' },
    ...{ requestId: 'req-1', sourceAddress: '192.0.2.7' },
  };
}

async function log(store: Store, sandboxId: string): Promise<void> {
  await store.execLogs.append({
    sandboxId,
    command: 'id',
    mode: 'shell',
    exitCode: 0,
    outcome: 'completed',
    durationMs: 1,
    startedAt: new Date(),
    requestId: '',
  });
}

describe('TenantStore', () => {
  let fixture: StoreFixture;
  let store: Store;
  let own: TenantStore;
  before(async () => {
    fixture = await openFixture();
    store = fixture.store;
    own = store.forTenant('tn-a');
  });
  beforeEach(() => fill(store));
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  it('has what belongs to the tenant, and not what belongs to others or to nobody', async () => {
    expect((await own.tenant())?.id).to.equal('tn-a');
    expect((await own.sandboxes.list()).items.map(({ id }) => id)).to.deep.equal(['sb-tn-a']);
    expect((await own.sandboxes.get('sb-tn-a'))?.tenantId).to.equal('tn-a');
    expect((await own.execLogs.listBySandbox('sb-tn-a'))?.items).to.have.length(1);
    expect((await own.members.list()).items.map(({ tenantId }) => tenantId)).to.deep.equal(['tn-a']);
    expect((await own.apiKeys.list()).items.map(({ tenantId }) => tenantId)).to.deep.equal(['tn-a']);
    expect((await own.policies.list()).items.map(({ tenantId }) => tenantId)).to.deep.equal(['tn-a', null]);
    for (const id of ['sb-tn-b', 'sb-none']) {
      expect(await own.sandboxes.get(id)).to.equal(undefined);
      expect(await own.execLogs.listBySandbox(id)).to.equal(undefined);
    }
  });

  it('neither changes nor removes what is not its own', async () => {
    const before = await store.policies.snapshot();
    const keys = (await store.apiKeys.list()).items.filter(({ tenantId }) => tenantId !== 'tn-a');
    for (const { id, tenantId } of before?.policies ?? []) {
      if (tenantId === 'tn-a') continue;
      expect(await own.policies.get(id)).to.equal(undefined);
      await rejection(own.policies.update(id, { mode: 'warn' }), 'not_found');
      await rejection(own.policies.delete(id), 'not_found');
    }
    for (const { id } of keys) {
      expect(await own.apiKeys.get(id)).to.equal(undefined);
      await rejection(own.apiKeys.revoke(id), 'not_found');
    }
    const other = store.forTenant('tn-b');
    await other.members.remove('ada');
    expect((await own.members.get('ada'))?.role).to.equal('viewer');
    await rejection(other.members.remove('ada'), 'not_found');
    expect(await store.policies.snapshot(before?.version)).to.equal(undefined);
  });

  it('writes for its tenant', async () => {
    expect(await own.members.set('bob', 'operator')).to.include({ tenantId: 'tn-a', role: 'operator' });
    const policy = await own.policies.create({ ...POLICY, pattern: 'b' });
    expect(policy.tenantId).to.equal('tn-a');
    expect((await own.policies.update(policy.id, { mode: 'warn' })).mode).to.equal('warn');
    expect((await own.policies.get(policy.id))?.mode).to.equal('warn');
    expect((await own.policies.delete(policy.id)).id).to.equal(policy.id);
    const key = {
      name: 'k',
      role: 'viewer',
      keyPrefix: 'new',
      keyHash: '0'.repeat(64),
      createdBy: '',
    } as const;
    const { id } = await own.apiKeys.insert(key);
    expect((await own.apiKeys.revoke(id)).revokedAt).to.deep.equal(fixture.clock());
  });

  it('is of no use for a tenant that is not there', async () => {
    const nobody = store.forTenant('tn-none');
    expect(await nobody.tenant()).to.equal(undefined);
    expect((await nobody.sandboxes.list()).items).to.deep.equal([]);
    await rejection(nobody.members.set('bob', 'viewer'), 'not_found');
    expect(() => store.forTenant('')).to.throw(/tenant: id must be/);
  });

  it('leaves neither role nor tenant on a connection, also after a failure', async () => {
    const single = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, poolSize: 1 });
    try {
      await single.forTenant('tn-a').sandboxes.list();
      await rejection(single.forTenant('tn-a').members.remove('nobody'), 'not_found');
      expect((await single.sandboxes.list()).items).to.have.length(3);
      await single.workers.upsertHeartbeat(heartbeat('worker-2'));
    } finally {
      await single.close();
    }
  });
});

describe('row-level security', () => {
  let fixture: StoreFixture;
  let client: pg.Client;
  before(async () => {
    fixture = await openFixture();
    await fill(fixture.store);
    client = new pg.Client({ connectionString: fixture.database.dsn });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await fixture.close();
  });

  async function asTenant(tenant: string | undefined, statement: string): Promise<pg.QueryResult> {
    await client.query('begin');
    try {
      await client.query('set local role stacyvm_tenant');
      if (tenant !== undefined) await client.query(`select set_config('stacyvm.tenant', $1, true)`, [tenant]);
      return await client.query(statement);
    } finally {
      await client.query('rollback');
    }
  }

  const visible = {
    tenants: 'select id as tenant_id from tenants',
    tenant_members: 'select tenant_id from tenant_members',
    api_keys: 'select tenant_id from api_keys',
    sandboxes: 'select tenant_id from sandboxes',
    exec_logs: `select replace(sandbox_id, 'sb-', '') as tenant_id from exec_logs`,
    sandbox_events: 'select distinct tenant_id from sandbox_events',
    audit_events: 'select tenant as tenant_id from audit_events',
    quotas: 'select tenant_id from quotas',
  };
  for (const [table, statement] of Object.entries(visible)) {
    it(`shows a query of ${table} that forgot its condition the rows of the tenant only`, async () => {
      expect((await asTenant('tn-a', statement)).rows).to.deep.equal([{ tenant_id: 'tn-a' }]);
      expect((await asTenant('tn-b', statement)).rows).to.deep.equal([{ tenant_id: 'tn-b' }]);
    });

    it(`shows nothing of ${table} without a tenant, also where one was set before`, async () => {
      for (const tenant of [undefined, '', 'tn-none']) {
        expect((await asTenant(tenant, statement)).rows).to.deep.equal([]);
      }
    });
  }

  it('shows the global policies beside those of the tenant, and lets only the latter be changed', async () => {
    const all = 'select tenant_id from policies order by priority';
    expect((await asTenant('tn-a', all)).rows).to.deep.equal([{ tenant_id: 'tn-a' }, { tenant_id: null }]);
    expect((await asTenant(undefined, all)).rows).to.deep.equal([]);
    expect((await asTenant('tn-a', `update policies set mode = 'audit'`)).rowCount).to.equal(1);
    expect((await asTenant('tn-a', 'delete from policies')).rowCount).to.equal(1);
  });

  const forbidden: readonly (readonly [string, string])[] = [
    ['a member of another tenant', `update tenant_members set tenant_id = 'tn-b', user_id = 'x'`],
    ['a key of the platform', `update api_keys set tenant_id = null`],
    ['a global policy', `update policies set tenant_id = null`],
    ['a sandbox', `update sandboxes set tenant_id = 'tn-a'`],
    ['a tenant', `update tenants set name = 'x'`],
    ['an event of the audit', `update audit_events set tenant = 'tn-b'`],
    ['the head of a chain', 'select from audit_heads'],
    ['a quota', `update quotas set max_sandboxes = 100`],
    ['an event of a sandbox', 'delete from sandbox_events'],
    ['workers', 'select from workers'],
    ['revocations', 'select from worker_token_revocations'],
  ];
  for (const [what, statement] of forbidden) {
    it(`gives no hold of ${what}`, async () => {
      const failure = await asTenant('tn-a', statement).then(
        () => undefined,
        (error: pg.DatabaseError) => error.code,
      );
      expect(failure).to.equal('42501');
    });
  }

  const readings: Readonly<
    Record<string, readonly [table: string, read: (tenant?: string) => Promise<unknown>]>
  > = {
    'events of sandboxes': [
      'sandbox_events',
      (tenantId) => fixture.store.sandboxEvents.read({ after: FIRST_EVENT, tenantId }),
    ],
    'events of the audit': [
      'audit_events',
      (tenant) => fixture.store.audit.list(tenant === undefined ? {} : { tenant }),
    ],
    quotas: ['quotas', (tenantId = '') => fixture.store.quotas.list({ tenantId })],
    'the quota of a tenant': [
      'quotas',
      (tenantId = '') => fixture.store.quotas.get({ tenantId, ownerId: '' }),
    ],
    'what a tenant uses': [
      'sandboxes',
      (tenantId = '') => fixture.store.quotas.usage({ tenantId, ownerId: 'ada' }),
    ],
  };
  for (const [what, [table, read]] of Object.entries(readings)) {
    it(`is what reads ${what} for a tenant`, async () => {
      await read('tn-a');
      await client.query(`revoke select on ${table} from stacyvm_tenant`);
      try {
        await rejection(read('tn-a'), 'internal');
        await read();
      } finally {
        await client.query(`grant select on ${table} to stacyvm_tenant`);
      }
      await read('tn-a');
    });
  }

  it('is said to be off where its role cannot be used, and then the queries isolate alone', async () => {
    const database = await createTestDatabase();
    const admin = new pg.Client({ connectionString: database.dsn });
    await admin.connect();
    const user = `plain_${process.pid}`;
    const name = new URL(database.dsn).pathname.slice(1);
    await admin.query(`create role ${user} login password 'plain'`);
    await admin.query(`alter database ${name} owner to ${user}`);
    await admin.query(`alter schema public owner to ${user}`);
    const dsn = new URL(database.dsn);
    dsn.username = user;
    dsn.password = 'plain';
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => warnings.push(message) };
    const plain = await openStore({ driver: 'postgres', dsn: dsn.href, logger });
    try {
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain('row-level security of tenants is off');
      await fill(plain);
      const own = plain.forTenant('tn-a');
      expect((await own.sandboxes.list()).items.map(({ id }) => id)).to.deep.equal(['sb-tn-a']);
      expect(await own.sandboxes.get('sb-tn-b')).to.equal(undefined);
      await admin.query(`grant stacyvm_tenant to ${user}`);
      const restarted = await openStore({ driver: 'postgres', dsn: dsn.href, logger });
      expect(warnings).to.have.length(1);
      expect((await restarted.forTenant('tn-a').sandboxes.list()).items).to.have.length(1);
      await restarted.close();
    } finally {
      await plain.close();
      await admin.end();
      await database.drop();
    }
    const cleanup = new pg.Client({ connectionString: fixture.database.dsn });
    await cleanup.connect();
    await cleanup.query(`drop role ${user}`);
    await cleanup.end();
  });
});
