import { type Kysely, type Migration, sql } from 'kysely';

/** Where the audit is sent on to, and how far each of these places has come in each chain. */
export const auditSinksMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table audit_sinks (
        id text primary key check (id <> ''),
        name text not null,
        holder text not null,
        held_until timestamptz not null,
        seen_at timestamptz not null
      )`.execute(db);
    await sql`
      create table audit_sink_cursors (
        sink text not null references audit_sinks on delete cascade,
        tenant text not null references audit_heads,
        sequence bigint not null check (sequence >= 0),
        primary key (sink, tenant)
      )`.execute(db);
  },
};
