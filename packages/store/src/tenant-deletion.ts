import { type Kysely, sql, type Transaction } from 'kysely';
import { StoreError } from './errors.js';
import type { StoreSchema } from './schema.js';
import { type TenantState, tenantNotFound } from './tenant-record.js';
import { versionRow } from './version-row.js';

/** What belongs to a tenant and keeps it from being deleted. */
export interface TenantRemains {
  readonly members: number;
  /** Also those that are revoked or expired. */
  readonly keys: number;
  readonly policies: number;
  /** That are not destroyed. */
  readonly sandboxes: number;
}

export interface DeleteTenant {
  /** Members, keys and policies go with it. Sandboxes never do: they have to be destroyed before. */
  readonly cascade?: boolean;
}

export type TenantDeletion =
  | { readonly deleted: true; readonly removed: TenantRemains }
  | { readonly deleted: false; readonly remains: TenantRemains };

/**
 * Deletes the tenant with the records and events of its destroyed sandboxes, or nothing. The tenant is locked against every
 * reservation, so that no sandbox is left that nobody counted.
 * @throws StoreError `not_found`
 */
export async function deleteTenant(
  db: Kysely<StoreSchema>,
  id: string,
  { cascade = false }: DeleteTenant,
): Promise<TenantDeletion> {
  return db.transaction().execute(async (transaction) => {
    // Before the tenant, in the order of those who write policies.
    await versionRow('policy_version').raise(transaction);
    await lockTenant(transaction, id);
    const remains = await remainsOf(transaction, id);
    const { members, keys, policies, sandboxes } = remains;
    if (sandboxes > 0 || (!cascade && members + keys + policies > 0)) {
      return { deleted: false, remains };
    }
    // Whoever gets the id next is somebody else, and must not hear what happened here.
    for (const table of ['tenant_members', 'api_keys', 'policies', 'sandboxes', 'sandbox_events'] as const) {
      await transaction.deleteFrom(table).where('tenant_id', '=', id).execute();
    }
    await transaction.deleteFrom('tenants').where('id', '=', id).execute();
    return { deleted: true, removed: remains };
  });
}

/**
 * Proves that the tenant takes new sandboxes, and keeps that true until the transaction ends.
 * @throws StoreError `tenant_closed` when it is not there or is being deleted
 */
export async function requireOpenTenant(
  transaction: Transaction<StoreSchema>,
  id: string | undefined,
): Promise<void> {
  if (id === undefined || id === '') {
    return;
  }
  const row = await transaction
    .selectFrom('tenants')
    .select('state')
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
  if (row?.state !== 'active') {
    throw new StoreError(
      'tenant_closed',
      `tenant "${id}" ${row === undefined ? 'does not exist' : 'is being deleted'}; it takes no sandboxes`,
    );
  }
}

/** @returns the state before, which is left alone when it is the same @throws StoreError `not_found` */
export async function setTenantState(
  db: Kysely<StoreSchema>,
  id: string,
  state: TenantState,
  now: Date,
): Promise<TenantState> {
  return db.transaction().execute(async (transaction) => {
    const before = await lockTenant(transaction, id);
    if (before !== state) {
      await transaction.updateTable('tenants').set({ state, updated_at: now }).where('id', '=', id).execute();
    }
    return before;
  });
}

async function lockTenant(transaction: Transaction<StoreSchema>, id: string): Promise<TenantState> {
  const row = await transaction
    .selectFrom('tenants')
    .select('state')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) {
    throw tenantNotFound(id);
  }
  return row.state as TenantState;
}

export async function remainsOf(db: Kysely<StoreSchema>, id: string): Promise<TenantRemains> {
  const { rows } = await sql<TenantRemains>`
    select (select count(*)::integer from tenant_members where tenant_id = ${id}) as members,
      (select count(*)::integer from api_keys where tenant_id = ${id}) as keys,
      (select count(*)::integer from policies where tenant_id = ${id}) as policies,
      (select count(*)::integer from sandboxes where tenant_id = ${id} and state <> 'destroyed') as sandboxes`.execute(
    db,
  );
  const [remains] = rows;
  if (remains === undefined) throw new StoreError('internal', 'a count gave no row');
  return remains;
}
