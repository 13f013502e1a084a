import { type Kysely, type Migration, sql } from 'kysely';

/** What operators ask of workers, how often workers come and go, and since when somebody listens to them. */
export const fleetOperationMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      alter table workers
        add column cordoned boolean not null default false,
        add column drain_deadline timestamptz,
        add column heartbeat_digest text not null default '',
        add column flaps bigint not null default 0 check (flaps >= 0),
        add column last_flap_at timestamptz,
        add constraint workers_drain_deadline check (drain_deadline is null or drain_requested),
        add constraint workers_last_flap check ((flaps = 0) = (last_flap_at is null))`.execute(db);
    // Nothing asks for it, and with it no heartbeat could be written in place.
    await sql`drop index workers_last_heartbeat`.execute(db);
    await sql`alter table workers set (fillfactor = 50)`.execute(db);
    await sql`create index sandboxes_of_worker on sandboxes (worker_id) where state <> 'destroyed'`.execute(
      db,
    );
    await sql`
      create table control_planes (
        id text primary key check (id <> ''),
        listening_since timestamptz not null,
        seen_at timestamptz not null,
        constraint control_planes_listening check (listening_since <= seen_at)
      )`.execute(db);
  },
};
