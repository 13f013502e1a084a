import { type Kysely, type Migration, sql } from 'kysely';

/** Bearer tokens that count no more although their time is not over. */
export const peopleMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table principal_revocations (
        id text primary key check (id <> ''),
        kind text not null check (kind in ('subject', 'session', 'token')),
        issuer text not null check (issuer <> ''),
        subject text not null check (subject <> ''),
        issued_before timestamptz,
        reason text not null,
        revoked_by text not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        constraint principal_revocations_subject unique (kind, issuer, subject),
        constraint principal_revocations_issued_before
          check ((kind = 'subject') = (issued_before is not null))
      )`.execute(db);
    await sql`
      create index principal_revocations_newest
      on principal_revocations (created_at desc, id desc)`.execute(db);
    await sql`
      create index principal_revocations_expiry on principal_revocations (expires_at)
      where expires_at is not null`.execute(db);

    await sql`
      create table principal_revocation_version (
        singleton boolean primary key default true check (singleton),
        version bigint not null check (version > 0)
      )`.execute(db);
    await sql`insert into principal_revocation_version (version) values (1)`.execute(db);
  },
};
