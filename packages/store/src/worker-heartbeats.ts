import { createHash } from 'node:crypto';
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { requireId } from './input-rules.js';
import type { StoreSchema, WorkersTable } from './schema.js';
import { credentialJson, type WorkerCredential } from './worker-credential.js';
import { type WorkerRecord, workerFrom } from './worker-record.js';

/** Keeps one statement far below the 65,535 parameters the protocol allows. */
const HEARTBEATS_PER_STATEMENT = 500;

/** What a worker tells about itself; every field replaces what was stored before. */
export interface WorkerHeartbeat {
  readonly id: string;
  readonly hostname: string;
  /** Free text; `online` and `draining` have a meaning for placement. Blank means `online`. */
  readonly status?: string;
  /** null: the worker serves every provider. */
  readonly providers: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly capacity: Readonly<Record<string, unknown>>;
  readonly rpcUrl?: string;
  /** Changes with every start of the worker process; '' for workers that do not send one. */
  readonly instanceId?: string;
  /** How the worker authenticated this heartbeat. */
  readonly credential?: WorkerCredential;
}

/** A heartbeat as it was written. */
export interface StoredHeartbeat {
  readonly worker: WorkerRecord;
  /** The process that reported before; undefined for a worker that was not known. */
  readonly previousInstanceId: string | undefined;
}

export interface HeartbeatRules {
  /** A worker that was last heard of before this was taken for dead: its heartbeat is a flap. */
  readonly lapsedBefore?: Date | undefined;
}

type Row = Insertable<WorkersTable>;

/**
 * Writes heartbeats, of two by the same worker the later in the list. Who says nothing new is written by one statement
 * with few parameters, in place; only the others have all their columns written.
 */
export async function recordHeartbeats(
  db: Kysely<StoreSchema>,
  clock: Clock,
  heartbeats: readonly WorkerHeartbeat[],
  { lapsedBefore }: HeartbeatRules = {},
): Promise<readonly StoredHeartbeat[]> {
  if (heartbeats.length === 0) {
    return [];
  }
  const now = clock();
  const lapsed = lapsedBefore ?? new Date(0);
  const newest = new Map(heartbeats.map((heartbeat) => [heartbeat.id, heartbeat]));
  const rows = [...newest.values()].map((heartbeat) => rowFrom(heartbeat, now));
  const stored = await touchUnchanged(db, rows, now, lapsed);
  const touched = new Set(stored.map(({ worker }) => worker.id));
  const changed = rows
    .filter(({ id }) => !touched.has(id))
    // A fixed order of row locks, so that two control planes writing the same workers cannot deadlock.
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let start = 0; start < changed.length; start += HEARTBEATS_PER_STATEMENT) {
    stored.push(...(await upsert(db, changed.slice(start, start + HEARTBEATS_PER_STATEMENT), lapsed)));
  }
  return stored;
}

async function touchUnchanged(
  db: Kysely<StoreSchema>,
  rows: readonly Row[],
  now: Date,
  lapsed: Date,
): Promise<StoredHeartbeat[]> {
  const ids = rows.map(({ id }) => id);
  const digests = rows.map((row) => row.heartbeat_digest);
  const credentials = rows.map(({ credential }) => credential ?? null);
  // The rows are locked by id, as in the other statement.
  const touched = await sql<Selectable<WorkersTable>>`
    with unchanged as (
      select workers.id, beat.credential
      from unnest(${ids}::text[], ${digests}::text[], ${credentials}::text[]) as beat (id, digest, credential)
      join workers on workers.id = beat.id and workers.heartbeat_digest = beat.digest
      order by workers.id
      for no key update of workers)
    update workers set
      last_heartbeat = ${now}, updated_at = ${now}, credential = unchanged.credential::jsonb,
      flaps = flaps + (last_heartbeat < ${lapsed})::int,
      last_flap_at = case when last_heartbeat < ${lapsed} then ${now} else last_flap_at end
    from unchanged where workers.id = unchanged.id
    returning workers.*`.execute(db);
  return touched.rows.map((row) => ({ worker: workerFrom(row), previousInstanceId: row.instance_id }));
}

async function upsert(
  db: Kysely<StoreSchema>,
  rows: readonly Row[],
  lapsed: Date,
): Promise<readonly StoredHeartbeat[]> {
  const ids = rows.map(({ id }) => id);
  const isFlap = sql<boolean>`(workers.last_heartbeat < ${lapsed}
    or (workers.instance_id <> '' and workers.instance_id <> excluded.instance_id))`;
  const written = await db
    // What was there before this statement.
    .with('known', (cte) =>
      cte.selectFrom('workers').select(['id', 'instance_id as previous_instance_id']).where('id', 'in', ids),
    )
    .with('written', (cte) =>
      cte
        .insertInto('workers')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((eb) => ({
            hostname: eb.ref('excluded.hostname'),
            status: eb.ref('excluded.status'),
            providers: eb.ref('excluded.providers'),
            capabilities: eb.ref('excluded.capabilities'),
            capacity: eb.ref('excluded.capacity'),
            rpc_url: eb.ref('excluded.rpc_url'),
            instance_id: eb.ref('excluded.instance_id'),
            credential: eb.ref('excluded.credential'),
            heartbeat_digest: eb.ref('excluded.heartbeat_digest'),
            flaps: sql<number>`workers.flaps + ${isFlap}::int`,
            last_flap_at: sql<Date | null>`case when ${isFlap} then excluded.last_heartbeat else workers.last_flap_at end`,
            last_heartbeat: eb.ref('excluded.last_heartbeat'),
            updated_at: eb.ref('excluded.updated_at'),
          })),
        )
        .returningAll(),
    )
    .selectFrom('written')
    .leftJoin('known', 'known.id', 'written.id')
    .selectAll('written')
    .select('known.previous_instance_id')
    .execute();
  return written.map(({ previous_instance_id: previous, ...row }) => ({
    worker: workerFrom(row),
    previousInstanceId: previous ?? undefined,
  }));
}

function rowFrom(heartbeat: WorkerHeartbeat, now: Date): Row {
  const status = heartbeat.status?.trim() ?? '';
  const said = {
    hostname: heartbeat.hostname,
    status: status === '' ? 'online' : status,
    providers: heartbeat.providers === null ? null : [...heartbeat.providers],
    capabilities: heartbeat.capabilities === null ? null : [...heartbeat.capabilities],
    capacity: JSON.stringify(heartbeat.capacity),
    rpc_url: heartbeat.rpcUrl ?? '',
    instance_id: heartbeat.instanceId ?? '',
  };
  return {
    id: requireId(heartbeat.id, 'worker id'),
    ...said,
    // What changes with nearly every token is no part of it.
    heartbeat_digest: createHash('sha256').update(JSON.stringify(said)).digest('base64url'),
    credential: heartbeat.credential === undefined ? null : credentialJson(heartbeat.credential),
    last_heartbeat: now,
    created_at: now,
    updated_at: now,
  };
}
