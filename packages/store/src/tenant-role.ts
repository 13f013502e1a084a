import { type Kysely, sql } from 'kysely';
import type { StoreLogger } from './logger.js';
import type { StoreSchema } from './schema.js';

/** The role of Postgres that sees the rows of one tenant only. It cannot log in, and it is the same for every database of a server. */
export const TENANT_ROLE = 'stacyvm_tenant';

/** What is done on behalf of one tenant; all else it cannot even read. */
const PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  tenants: ['select'],
  tenant_members: ['select', 'insert', 'update', 'delete'],
  api_keys: ['select', 'insert', 'update', 'delete'],
  policies: ['select', 'insert', 'update', 'delete'],
  policy_version: ['select', 'update'],
  sandboxes: ['select'],
  exec_logs: ['select'],
  sandbox_events: ['select'],
  audit_events: ['select'],
  quotas: ['select'],
};

/**
 * Makes the role and gives it what it needs, as far as the user of the database may. Call it with the lock of the
 * migrations: Postgres refuses grants to the same object at the same time.
 *
 * @returns false when the role cannot be used; then row-level security is no second net, and only the queries isolate
 */
export async function prepareTenantRole(db: Kysely<StoreSchema>, logger: StoreLogger): Promise<boolean> {
  if (!(await isReady(db))) {
    await establish(db);
  }
  const ready = await isReady(db);
  if (!ready) {
    logger.warn(
      'row-level security of tenants is off: the user of the database may not use its role; as a superuser run ' +
        `create role ${TENANT_ROLE} nologin; grant ${TENANT_ROLE} to the user, and restart`,
      { role: TENANT_ROLE },
    );
  }
  return ready;
}

async function isReady(db: Kysely<StoreSchema>): Promise<boolean> {
  const wanted = Object.entries(PRIVILEGES).flatMap(([table, privileges]) =>
    privileges.map((privilege) => ({ table, privilege })),
  );
  const { rows } = await sql<{ ready: boolean }>`
    select pg_has_role(current_user, role.oid, 'member')
      and has_schema_privilege(role.oid, current_schema(), 'usage')
      and (select bool_and(has_table_privilege(role.oid, wanted.name::regclass, wanted.privilege))
        from unnest(${wanted.map(({ table }) => table)}::text[],
          ${wanted.map(({ privilege }) => privilege)}::text[]) as wanted (name, privilege)) as ready
    from pg_roles as role where role.rolname = ${TENANT_ROLE}`.execute(db);
  return rows[0]?.ready === true;
}

/** Each step for itself: an administrator may have done one of them. */
async function establish(db: Kysely<StoreSchema>): Promise<void> {
  await attempt(db, `create role ${TENANT_ROLE} nologin`);
  await attempt(db, `execute format('grant ${TENANT_ROLE} to %I', current_user)`);
  await attempt(db, `execute format('grant usage on schema %I to ${TENANT_ROLE}', current_schema())`);
  for (const [table, privileges] of Object.entries(PRIVILEGES)) {
    await attempt(db, `grant ${privileges.join(', ')} on ${table} to ${TENANT_ROLE}`);
  }
}

/** Control planes of other databases of the server may make the role at the same moment. */
async function attempt(db: Kysely<StoreSchema>, statement: string): Promise<void> {
  await sql`${sql.raw(`do $$ begin ${statement}; exception
    when duplicate_object or unique_violation or insufficient_privilege or undefined_object or internal_error then null;
    end $$`)}`.execute(db);
}
