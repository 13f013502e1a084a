import { type Kysely, type Migration, sql } from 'kysely';

/** Which images, providers and networks may be used. */
export const policiesMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table policies (
        id text primary key check (id <> ''),
        tenant_id text check (tenant_id <> ''),
        resource_type text not null check (resource_type in ('image', 'provider', 'network')),
        effect text not null check (effect in ('allow', 'deny')),
        pattern text not null check (pattern ~ '^[!-~]+$' and length(pattern) <= 512),
        priority integer not null check (priority between -1000000 and 1000000),
        mode text not null check (mode in ('enforce', 'warn', 'audit')),
        description text not null,
        created_by text not null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
    // A null would be unlike every other null, and the same global rule could be there twice.
    await sql`
      create unique index policies_same_rule
      on policies (coalesce(tenant_id, ''), resource_type, effect, pattern, priority, mode)`.execute(db);
    await sql`
      create index policies_decision_order
      on policies (priority, (effect = 'allow'), created_at, id collate "C")`.execute(db);

    await sql`
      create table policy_version (
        singleton boolean primary key default true check (singleton),
        version bigint not null check (version > 0)
      )`.execute(db);
    await sql`insert into policy_version (version) values (1)`.execute(db);
  },
};
