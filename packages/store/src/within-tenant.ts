import { type Kysely, sql, type Transaction } from 'kysely';
import type { StoreSchema } from './schema.js';
import { TENANT_ROLE } from './tenant-role.js';

export interface WithinTenantOptions {
  readonly db: Kysely<StoreSchema>;
  /** Whether the role of tenants can be used. */
  readonly underRole: boolean;
}

/** Reads for one tenant, where one is named: undefined is everything, and '' what belongs to no tenant. */
export type ReadFor = <T>(
  tenantId: string | undefined,
  read: (db: Kysely<StoreSchema>) => Promise<T>,
) => Promise<T>;

export function createReadFor(options: WithinTenantOptions): ReadFor {
  return (tenantId, read) =>
    tenantId === undefined || tenantId === '' ? read(options.db) : withinTenant(tenantId, options, read);
}

/** A transaction that sees the rows of the tenant. Role and tenant end with it, however it ends. */
export function withinTenant<T>(
  tenantId: string,
  { db, underRole }: WithinTenantOptions,
  work: (transaction: Transaction<StoreSchema>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    if (underRole) {
      // As `set local`, and both in one round trip.
      await sql`
        select set_config('stacyvm.tenant', ${tenantId}, true), set_config('role', ${TENANT_ROLE}, true)`.execute(
        transaction,
      );
    }
    return work(transaction);
  });
}
