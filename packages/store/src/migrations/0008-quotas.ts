import { type Kysely, type Migration, sql } from 'kysely';

/** How much owners and tenants may have at once, and how much callers may ask. */
export const quotasMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // Without an owner it is the quota of a tenant as a whole; without a tenant, that of an owner outside of all tenants.
    await sql`
      create table quotas (
        tenant_id text references tenants (id) on delete cascade,
        owner_id text check (owner_id <> ''),
        max_sandboxes integer not null check (max_sandboxes >= 0),
        max_memory_mb bigint not null check (max_memory_mb >= 0),
        max_vcpus integer not null check (max_vcpus >= 0),
        max_ttl_seconds bigint not null check (max_ttl_seconds >= 0),
        max_exec_timeout_seconds bigint not null check (max_exec_timeout_seconds >= 0),
        max_token_issues_per_minute integer not null check (max_token_issues_per_minute >= 0),
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint quotas_subject check (tenant_id is not null or owner_id is not null)
      )`.execute(db);
    // A null would be unlike every other null, and one subject could have several.
    await sql`
      create unique index quotas_of_subject
      on quotas (coalesce(tenant_id, ''), coalesce(owner_id, '') collate "C")`.execute(db);
    // Sandboxes that ended stay in the table, and counting the others must not read them.
    await sql`
      create index sandboxes_active_owner on sandboxes (tenant_id, owner_id)
      where state not in ('destroyed', 'expired')`.execute(db);

    // After a crash of the server it is empty and every bucket full, which is worth that no request waits for the disk.
    // A bucket is updated in place, so half of each page is left free for it.
    await sql`
      create unlogged table rate_buckets (
        key text primary key check (length(key) between 1 and 64),
        used double precision not null,
        granted integer not null,
        at timestamptz not null
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  },
};
