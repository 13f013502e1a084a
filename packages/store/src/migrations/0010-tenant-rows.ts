import { type Kysely, type Migration, sql } from 'kysely';
import { TENANT_ROLE } from '../tenant-role.js';

/** What came after the tenants is kept apart like the rest: the role of tenants sees the tenant that its transaction names. */
export const tenantRowsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const anybodyElse = sql`current_user <> ${sql.lit(TENANT_ROLE)}`;
    const current = sql`nullif(current_setting('stacyvm.tenant', true), '')`;
    for (const [table, column] of [
      ['sandbox_events', 'tenant_id'],
      ['audit_events', 'tenant'],
      ['quotas', 'tenant_id'],
    ] as const) {
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
      await sql`
        create policy tenant_rows on ${sql.table(table)}
        using (${anybodyElse} or ${sql.ref(column)} = ${current})`.execute(db);
    }
  },
};
