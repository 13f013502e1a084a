import { type Kysely, type Migration, sql } from 'kysely';

/**
 * What happens to sandboxes, written by triggers in the transaction that brings it about: whichever control plane it was, and none
 * can forget it. `xact` orders events so that readers miss none: those of transactions that have not ended are read later.
 */
export const sandboxEventsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table sandbox_events (
        id bigint generated always as identity primary key,
        xact bigint not null default pg_current_xact_id()::text::bigint,
        at timestamptz not null,
        type text not null check (type <> ''),
        sandbox_id text not null,
        tenant_id text not null,
        data jsonb not null default '{}'
      )`.execute(db);
    await sql`create index sandbox_events_order on sandbox_events (xact, id)`.execute(db);
    await sql`create index sandbox_events_age on sandbox_events (at)`.execute(db);

    await sql`
      create function stacyvm_sandbox_event() returns trigger language plpgsql as $$
      begin
        if tg_op = 'INSERT' then
          insert into sandbox_events (at, type, sandbox_id, tenant_id, data)
          values (new.created_at, 'sandbox.created', new.id, new.tenant_id,
            jsonb_build_object('image', new.image, 'provider', new.provider, 'worker_id', new.worker_id));
        elsif new.state is distinct from old.state then
          insert into sandbox_events (at, type, sandbox_id, tenant_id, data)
          values (new.updated_at, 'sandbox.' || new.state, new.id, new.tenant_id,
            case when new.state_reason = '' then '{}'::jsonb else jsonb_build_object('reason', new.state_reason) end);
        elsif new.expires_at is distinct from old.expires_at then
          insert into sandbox_events (at, type, sandbox_id, tenant_id, data)
          values (new.updated_at, 'sandbox.extended', new.id, new.tenant_id,
            jsonb_build_object('expires_at', to_char(new.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
        else
          return null;
        end if;
        perform pg_notify('stacyvm_sandbox_events', '');
        return null;
      end $$`.execute(db);
    await sql`
      create trigger sandboxes_events after insert or update of state, expires_at on sandboxes
      for each row execute function stacyvm_sandbox_event()`.execute(db);

    // The command may hold secrets, and stays where it is.
    await sql`
      create function stacyvm_exec_event() returns trigger language plpgsql as $$
      begin
        insert into sandbox_events (at, type, sandbox_id, tenant_id, data)
        select new.started_at + new.duration_ms * interval '1 millisecond', 'exec.' || new.outcome, new.sandbox_id,
          sandboxes.tenant_id, jsonb_strip_nulls(jsonb_build_object(
            'exit_code', new.exit_code, 'duration_ms', new.duration_ms, 'request_id', nullif(new.request_id, '')))
        from sandboxes where sandboxes.id = new.sandbox_id;
        perform pg_notify('stacyvm_sandbox_events', '');
        return null;
      end $$`.execute(db);
    await sql`
      create trigger exec_logs_events after insert on exec_logs
      for each row execute function stacyvm_exec_event()`.execute(db);
  },
};
