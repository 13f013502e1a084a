import { type Kysely, type Migration, sql } from 'kysely';

/** Workers, leases, sandboxes and what ran in them. */
export const fleetMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table workers (
        id text primary key check (id <> ''),
        hostname text not null,
        status text not null check (status <> ''),
        providers text[],
        capabilities text[],
        capacity jsonb not null check (jsonb_typeof(capacity) = 'object'),
        rpc_url text not null,
        instance_id text not null,
        credential jsonb check (credential is null or jsonb_typeof(credential) = 'object'),
        drain_requested boolean not null default false,
        last_heartbeat timestamptz not null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
    await sql`create index workers_last_heartbeat on workers (last_heartbeat desc)`.execute(db);

    await sql`
      create table leases (
        resource_id text primary key check (resource_id <> ''),
        resource_type text not null,
        holder_id text not null check (holder_id <> ''),
        generation bigint not null check (generation > 0),
        expires_at timestamptz not null,
        released_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
    await sql`create index leases_holder on leases (holder_id) where released_at is null`.execute(db);
    await sql`create index leases_expires_at on leases (expires_at) where released_at is null`.execute(db);

    await sql`
      create table sandboxes (
        id text primary key check (id <> ''),
        state text not null check (
          state in ('creating', 'running', 'idle', 'unhealthy', 'expired', 'destroyed', 'error')),
        state_reason text not null,
        provider text not null check (provider <> ''),
        image text not null,
        memory_mb integer not null check (memory_mb >= 0),
        vcpus integer not null check (vcpus >= 0),
        owner_id text not null,
        tenant_id text not null,
        runtime_id text not null,
        worker_id text not null check (worker_id <> ''),
        metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
        preview_domain text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        updated_at timestamptz not null,
        destroyed_at timestamptz,
        checked_at timestamptz,
        claimed_until timestamptz,
        constraint sandboxes_destroyed_at check ((state = 'destroyed') = (destroyed_at is not null))
      )`.execute(db);
    await sql`create index sandboxes_newest on sandboxes (created_at desc, id desc)`.execute(db);
    await sql`create index sandboxes_owner on sandboxes (owner_id, created_at desc, id desc)`.execute(db);
    await sql`create index sandboxes_tenant on sandboxes (tenant_id, created_at desc, id desc)`.execute(db);
    await sql`
      create index sandboxes_active_worker on sandboxes (worker_id)
      where state not in ('destroyed', 'expired')`.execute(db);
    await sql`create index sandboxes_expiry on sandboxes (expires_at) where state <> 'destroyed'`.execute(db);
    await sql`
      create index sandboxes_unchecked on sandboxes (checked_at nulls first, id)
      where state <> 'destroyed'`.execute(db);

    await sql`
      create table exec_logs (
        id bigserial primary key,
        sandbox_id text not null references sandboxes (id) on delete cascade,
        command text not null check (char_length(command) <= 2048),
        mode text not null,
        exit_code integer,
        outcome text not null check (outcome in ('completed', 'timeout', 'failed', 'cancelled')),
        duration_ms bigint not null check (duration_ms >= 0),
        started_at timestamptz not null,
        request_id text not null
      )`.execute(db);
    await sql`create index exec_logs_sandbox on exec_logs (sandbox_id, id desc)`.execute(db);
  },
};
