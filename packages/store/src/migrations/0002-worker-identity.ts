import { type Kysely, type Migration, sql } from 'kysely';

/** Who was given a worker token, which tokens count no more, how workers join, and what administrators did. */
export const workerIdentityMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createTokenTables(db);
    await createJoinTokens(db);
    await createCredentialUses(db);
    await createAdminAudit(db);
  },
};

async function createTokenTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table worker_token_issuances (
      id bigserial primary key,
      token_id text not null unique check (token_id <> ''),
      worker_id text not null check (worker_id <> ''),
      requester text not null,
      credential_id text not null,
      method text not null,
      audience text not null,
      scopes text[],
      key_fingerprint text not null,
      source_address text not null,
      request_id text not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index worker_token_issuances_worker on worker_token_issuances (worker_id, id desc)`.execute(
    db,
  );
  await sql`create index worker_token_issuances_expiry on worker_token_issuances (expires_at)`.execute(db);

  await sql`
    create table worker_token_revocations (
      id text primary key check (id <> ''),
      kind text not null check (kind in ('token', 'worker', 'key')),
      subject text not null check (subject <> ''),
      issued_before timestamptz,
      reason text not null,
      revoked_by text not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      constraint worker_token_revocations_subject unique (kind, subject),
      constraint worker_token_revocations_issued_before
        check ((kind = 'worker') = (issued_before is not null))
    )`.execute(db);
  await sql`
    create index worker_token_revocations_newest
    on worker_token_revocations (created_at desc, id desc)`.execute(db);
  await sql`
    create index worker_token_revocations_expiry on worker_token_revocations (expires_at)
    where expires_at is not null`.execute(db);

  await sql`
    create table worker_revocation_version (
      singleton boolean primary key default true check (singleton),
      version bigint not null check (version > 0)
    )`.execute(db);
  await sql`insert into worker_revocation_version (version) values (1)`.execute(db);
}

async function createJoinTokens(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table worker_join_tokens (
      id text primary key check (id <> ''),
      worker_id text not null check (worker_id <> ''),
      pool text not null,
      token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
      created_by text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      redeemed_at timestamptz,
      redeemed_from text,
      refused_redemptions bigint not null default 0 check (refused_redemptions >= 0),
      last_refused_at timestamptz,
      last_refused_from text,
      constraint worker_join_tokens_redeemed check ((redeemed_at is null) = (redeemed_from is null)),
      constraint worker_join_tokens_refused check ((last_refused_at is null) = (last_refused_from is null))
    )`.execute(db);
  await sql`create index worker_join_tokens_newest on worker_join_tokens (created_at desc, id desc)`.execute(
    db,
  );
  await sql`
    create index worker_join_tokens_worker
    on worker_join_tokens (worker_id, created_at desc, id desc)`.execute(db);
  await sql`create index worker_join_tokens_expiry on worker_join_tokens (expires_at)`.execute(db);
}

async function createCredentialUses(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table worker_credential_uses (
      id bigserial primary key,
      worker_id text not null check (worker_id <> ''),
      form text not null check (form in ('signed', 'static')),
      kind text not null check (kind in ('', 'shared', 'worker')),
      key_role text not null,
      key_fingerprint text not null,
      first_seen timestamptz not null,
      last_seen timestamptz not null,
      count bigint not null check (count > 0),
      constraint worker_credential_uses_credential
        unique (worker_id, form, kind, key_role, key_fingerprint)
    )`.execute(db);
  await sql`create index worker_credential_uses_worker on worker_credential_uses (worker_id, id)`.execute(db);
  await sql`create index worker_credential_uses_last_seen on worker_credential_uses (last_seen)`.execute(db);
}

async function createAdminAudit(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table admin_audit (
      id bigserial primary key,
      at timestamptz not null,
      actor_kind text not null,
      actor_id text not null,
      credential_id text not null,
      action text not null check (action <> ''),
      resource text not null,
      outcome text not null check (outcome in ('success', 'denied', 'failure')),
      reason text not null,
      request_id text not null,
      source_address text not null,
      detail jsonb not null check (jsonb_typeof(detail) = 'object')
    )`.execute(db);
  await sql`create index admin_audit_newest on admin_audit (at desc, id desc)`.execute(db);
  await sql`create index admin_audit_actor on admin_audit (actor_id, at desc, id desc)`.execute(db);
  await sql`create index admin_audit_action on admin_audit (action, at desc, id desc)`.execute(db);
  await sql`create index admin_audit_resource on admin_audit (resource, at desc, id desc)`.execute(db);
  await sql`
    create index admin_audit_unsuccessful on admin_audit (outcome, at desc, id desc)
    where outcome <> 'success'`.execute(db);
}
