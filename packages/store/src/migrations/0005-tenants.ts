import { type Kysely, type Migration, sql } from 'kysely';
import { TENANT_ROLE } from '../tenant-role.js';

/** Who shares the fleet, who belongs to whom, and the keys that were made for them. */
export const tenantsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createTenants(db);
    await createMembers(db);
    await createApiKeys(db);
    await bindRowsToTenants(db);
    await isolateRows(db);
  },
};

async function createTenants(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenants (
      id text primary key check (id <> ''),
      name text not null check (name <> ''),
      owner_id text not null,
      settings jsonb not null,
      state text not null default 'active' check (state in ('active', 'deleting')),
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`.execute(db);
  await sql`create index tenants_newest on tenants (created_at desc, id desc)`.execute(db);
  await sql`create index tenants_owner on tenants (owner_id, created_at desc, id desc)`.execute(db);
  // Rows of earlier versions name tenants that nobody ever registered.
  await sql`
    insert into tenants (id, name, owner_id, settings, created_at, updated_at)
    select named.id, named.id, '', '{}', now(), now()
    from (select tenant_id from sandboxes union select tenant_id from policies) as named (id)
    where named.id <> ''`.execute(db);
}

async function createMembers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenant_members (
      tenant_id text not null references tenants (id),
      user_id text not null check (user_id <> ''),
      role text not null check (role in ('viewer', 'operator', 'admin')),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant_id, user_id)
    )`.execute(db);
  await sql`create index tenant_members_user on tenant_members (user_id, tenant_id)`.execute(db);
  await sql`create index tenant_members_oldest on tenant_members (tenant_id, created_at, user_id)`.execute(
    db,
  );
}

async function createApiKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_keys (
      id text primary key check (id <> ''),
      tenant_id text references tenants (id),
      name text not null check (name <> ''),
      role text not null check (role in ('viewer', 'api', 'operator', 'tenant_admin', 'admin')),
      key_prefix text not null unique check (key_prefix <> ''),
      key_hash text not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
      created_by text not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      constraint api_keys_role_of_tenant check (case when tenant_id is null
        then role <> 'tenant_admin' else role <> 'admin' end)
    )`.execute(db);
  await sql`create index api_keys_newest on api_keys (created_at desc, id desc)`.execute(db);
  await sql`create index api_keys_tenant on api_keys (tenant_id, created_at desc, id desc)`.execute(db);
}

async function bindRowsToTenants(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table policies add constraint policies_tenant foreign key (tenant_id) references tenants (id)`.execute(
    db,
  );
  // '' stays the word for no tenant; the foreign key needs a null there.
  await sql`
    alter table sandboxes
      add column tenant_ref text generated always as (nullif(tenant_id, '')) stored,
      add constraint sandboxes_of_tenant foreign key (tenant_ref) references tenants (id)`.execute(db);
}

/** Whoever is not the role of tenants sees everything, as before; the role sees the tenant that its transaction names. */
async function isolateRows(db: Kysely<unknown>): Promise<void> {
  const anybodyElse = sql`current_user <> ${sql.lit(TENANT_ROLE)}`;
  // Once set in a session, a setting is '' and not null where it is unset; '' must not mean the rows without tenant.
  const current = sql`nullif(current_setting('stacyvm.tenant', true), '')`;
  for (const [table, column] of [
    ['tenants', 'id'],
    ['tenant_members', 'tenant_id'],
    ['api_keys', 'tenant_id'],
    ['sandboxes', 'tenant_id'],
    ['policies', 'tenant_id'],
  ] as const) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy tenant_rows on ${sql.table(table)}
      using (${anybodyElse} or ${sql.ref(column)} = ${current})`.execute(db);
  }
  await sql`
    create policy global_rows on policies for select
    using (tenant_id is null and ${current} is not null)`.execute(db);
  await sql`alter table exec_logs enable row level security`.execute(db);
  // Which sandboxes these are is decided by the rule above.
  await sql`
    create policy tenant_rows on exec_logs
    using (${anybodyElse} or exists (select from sandboxes where sandboxes.id = exec_logs.sandbox_id))`.execute(
    db,
  );
}
