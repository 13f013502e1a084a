import { type ChainEnd, chainRecord, EMPTY_CHAIN } from '@stacyvm/audit';
import { type Kysely, type Migration, sql } from 'kysely';
import { newRecordId } from '../record-id.js';

/** One log for all that is audited, in which nothing can be changed unnoticed: a chain of hashes for each tenant. */
export const auditMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createTables(db);
    await moveAdministration(db);
    // Rows come in as they are appended from now on, so the rules come after the old ones.
    await refuseChanges(db);
  },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_heads (
      tenant text primary key,
      sequence bigint not null check (sequence >= 0),
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      anchor_sequence bigint not null default 0,
      checkpoint_sequence bigint not null default 0,
      updated_at timestamptz not null,
      constraint audit_heads_order check (
        anchor_sequence between 0 and sequence and checkpoint_sequence between 0 and sequence)
    )`.execute(db);
  await sql`create index audit_heads_unsigned on audit_heads (tenant) where checkpoint_sequence < sequence`.execute(
    db,
  );
  await sql`
    create table audit_statements (
      tenant text not null references audit_heads,
      sequence bigint not null check (sequence > 0),
      kind text not null check (kind in ('checkpoint', 'anchor')),
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      at timestamptz not null,
      key_id text not null,
      signature text not null,
      primary key (tenant, sequence, kind),
      constraint audit_statements_signed check (
        (key_id = '') = (signature = '') and (kind = 'anchor' or signature <> ''))
    )`.execute(db);
  await sql`
    create table audit_events (
      id bigint generated always as identity unique,
      tenant text not null references audit_heads,
      sequence bigint not null check (sequence > 0),
      event_id text not null check (event_id <> ''),
      at timestamptz not null,
      category text not null check (category in ('admin', 'operation', 'authentication', 'policy', 'system')),
      phase text not null check (phase in ('intent', 'outcome')),
      intent_id text not null,
      actor_kind text not null,
      actor_id text not null,
      actor_tenant text not null,
      credential_id text not null,
      action text not null check (action <> ''),
      resource text not null,
      outcome text not null check (outcome in ('', 'success', 'denied', 'failure')),
      reason text not null,
      status integer not null check (status >= 0),
      method text not null,
      path text not null,
      request_id text not null,
      source_address text not null,
      user_agent text not null,
      duration_ms bigint not null check (duration_ms >= 0),
      detail jsonb not null check (jsonb_typeof(detail) = 'object'),
      prev_hash text not null check (prev_hash ~ '^[0-9a-f]{64}$'),
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      primary key (tenant, sequence),
      constraint audit_events_phase check ((phase = 'intent') = (outcome = ''))
    )`.execute(db);
  await sql`create index audit_events_newest on audit_events (at desc, id desc)`.execute(db);
  await sql`create index audit_events_tenant on audit_events (tenant, at desc, id desc)`.execute(db);
  await sql`create index audit_events_actor on audit_events (actor_id, at desc, id desc)`.execute(db);
  await sql`create index audit_events_action on audit_events (action, at desc, id desc)`.execute(db);
  await sql`create index audit_events_resource on audit_events (resource, at desc, id desc)`.execute(db);
  await sql`
    create index audit_events_unsuccessful on audit_events (outcome, at desc, id desc)
    where outcome in ('denied', 'failure')`.execute(db);
}

interface OldEntry {
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly credential_id: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: 'success' | 'denied' | 'failure';
  readonly reason: string;
  readonly request_id: string;
  readonly source_address: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const BATCH = 500;

/** What administrators did so far begins the chain of the platform. */
async function moveAdministration(db: Kysely<unknown>): Promise<void> {
  let end: ChainEnd = EMPTY_CHAIN;
  let [at, id] = [new Date(0), '0'];
  await sql`
    insert into audit_heads (tenant, sequence, hash, updated_at)
    values ('', 0, ${EMPTY_CHAIN.hash}, now())`.execute(db);
  for (;;) {
    const { rows } = await sql<OldEntry>`
      select * from admin_audit where (at, id) > (${at}::timestamptz, ${id}::bigint)
      order by at, id limit ${BATCH}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) break;
    const records = rows.map(({ id: _id, at: time, ...entry }) => {
      const record = chainRecord(end, {
        version: 1,
        tenant: '',
        event_id: newRecordId('ae'),
        at: time.toISOString(),
        category: 'admin',
        phase: 'outcome',
        intent_id: '',
        actor_tenant: '',
        status: 0,
        method: '',
        path: '',
        user_agent: '',
        duration_ms: 0,
        ...entry,
      });
      end = record;
      return record;
    });
    await sql`
      insert into audit_events (tenant, sequence, event_id, at, category, phase, intent_id, actor_kind, actor_id,
        actor_tenant, credential_id, action, resource, outcome, reason, status, method, path, request_id,
        source_address, user_agent, duration_ms, detail, prev_hash, hash)
      select tenant, sequence, event_id, at, category, phase, intent_id, actor_kind, actor_id,
        actor_tenant, credential_id, action, resource, outcome, reason, status, method, path, request_id,
        source_address, user_agent, duration_ms, detail, prev_hash, hash
      from jsonb_populate_recordset(null::audit_events, ${JSON.stringify(records)}::jsonb)
      order by sequence`.execute(db);
    [at, id] = [last.at, last.id];
  }
  await sql`update audit_heads set sequence = ${end.sequence}, hash = ${end.hash}`.execute(db);
  await sql`drop table admin_audit`.execute(db);
}

/** What is audited is not changed, and only goes where an anchor says so. */
async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function audit_events_keep() returns trigger language plpgsql set search_path from current as $$
    begin
      if tg_op = 'DELETE' and
        old.sequence <= (select anchor_sequence from audit_heads where tenant = old.tenant) then
        return old;
      end if;
      raise exception 'audit events are only appended, and only pruned up to the anchor of their chain';
    end $$`.execute(db);
  await sql`
    create trigger audit_events_keep before update or delete on audit_events
    for each row execute function audit_events_keep()`.execute(db);
  await sql`
    create trigger audit_events_keep_all before truncate on audit_events
    for each statement execute function audit_events_keep()`.execute(db);
  await sql`
    create or replace function audit_heads_advance() returns trigger language plpgsql set search_path from current as $$
    begin
      if tg_op = 'UPDATE' and new.tenant = old.tenant and new.sequence >= old.sequence
        and (new.sequence > old.sequence or new.hash = old.hash)
        and new.anchor_sequence >= old.anchor_sequence
        and new.checkpoint_sequence >= old.checkpoint_sequence then
        return new;
      end if;
      raise exception 'the head of an audit chain only advances';
    end $$`.execute(db);
  await sql`
    create trigger audit_heads_advance before update or delete on audit_heads
    for each row execute function audit_heads_advance()`.execute(db);
}
