import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { requireId } from './input-rules.js';
import { type Page, type PageRequest, pageLimit, pageOf } from './page.js';
import type { StoreSchema, WorkersTable } from './schema.js';
import { credentialFrom, credentialJson, type WorkerCredential } from './worker-credential.js';

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

export interface WorkerRecord {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly providers: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly capacity: Readonly<Record<string, unknown>>;
  readonly rpcUrl: string;
  readonly instanceId: string;
  readonly credential: WorkerCredential | null;
  /** An operator asked the worker to drain. Heartbeats do not change it. */
  readonly drainRequested: boolean;
  readonly lastHeartbeat: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface WorkerRepository {
  /** Registers the worker or refreshes it; `createdAt` and `drainRequested` stay. @throws StoreError `invalid_input` */
  upsertHeartbeat(heartbeat: WorkerHeartbeat): Promise<WorkerRecord>;
  /** Many heartbeats in few statements. Of two by the same worker the later in the list counts. */
  upsertHeartbeats(heartbeats: readonly WorkerHeartbeat[]): Promise<readonly WorkerRecord[]>;
  get(id: string): Promise<WorkerRecord | undefined>;
  /** By id ascending. */
  list(request?: PageRequest): Promise<Page<WorkerRecord>>;
  /** Overwrites the status until the next heartbeat says otherwise. @throws StoreError `not_found` */
  setStatus(id: string, status: string): Promise<WorkerRecord>;
  /** @throws StoreError `not_found` */
  setDrainRequested(id: string, drainRequested: boolean): Promise<WorkerRecord>;
  /** Forgets the worker; its next heartbeat registers it anew. @throws StoreError `not_found` */
  delete(id: string): Promise<void>;
}

export function createWorkerRepository(db: Kysely<StoreSchema>, clock: Clock): WorkerRepository {
  const upsert = async (heartbeats: readonly WorkerHeartbeat[]): Promise<readonly WorkerRecord[]> => {
    const now = clock();
    const newest = new Map(heartbeats.map((heartbeat) => [heartbeat.id, heartbeat]));
    // A fixed order of row locks, so that two control planes writing the same workers cannot deadlock.
    const rows = [...newest.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((heartbeat) => rowFrom(heartbeat, now));
    const records: WorkerRecord[] = [];
    for (let start = 0; start < rows.length; start += HEARTBEATS_PER_STATEMENT) {
      const stored = await db
        .insertInto('workers')
        .values(rows.slice(start, start + HEARTBEATS_PER_STATEMENT))
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
            last_heartbeat: eb.ref('excluded.last_heartbeat'),
            updated_at: eb.ref('excluded.updated_at'),
          })),
        )
        .returningAll()
        .execute();
      records.push(...stored.map(workerFrom));
    }
    return records;
  };

  const change = async (
    id: string,
    values: { readonly status: string } | { readonly drain_requested: boolean },
  ): Promise<WorkerRecord> => {
    const row = await db
      .updateTable('workers')
      .set({ ...values, updated_at: clock() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw workerNotFound(id);
    }
    return workerFrom(row);
  };

  return {
    async upsertHeartbeat(heartbeat) {
      const [record] = await upsert([heartbeat]);
      if (record === undefined) {
        throw new StoreError('internal', 'heartbeat was not stored');
      }
      return record;
    },

    upsertHeartbeats: upsert,

    async get(id) {
      const row = await db.selectFrom('workers').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : workerFrom(row);
    },

    async list({ limit, after } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('workers').selectAll();
      if (after !== undefined) {
        query = query.where('id', '>', after);
      }
      const rows = await query
        .orderBy('id')
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(workerFrom), size, (worker) => worker.id);
    },

    setStatus: async (id, status) => change(id, { status: requireId(status, 'worker status') }),

    setDrainRequested: async (id, drainRequested) => change(id, { drain_requested: drainRequested }),

    async delete(id) {
      const result = await db.deleteFrom('workers').where('id', '=', id).executeTakeFirst();
      if (result.numDeletedRows === 0n) {
        throw workerNotFound(id);
      }
    },
  };
}

export function workerNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: worker "${id}"`);
}

function rowFrom(heartbeat: WorkerHeartbeat, now: Date): Insertable<WorkersTable> {
  const status = heartbeat.status?.trim() ?? '';
  return {
    id: requireId(heartbeat.id, 'worker id'),
    hostname: heartbeat.hostname,
    status: status === '' ? 'online' : status,
    providers: heartbeat.providers === null ? null : [...heartbeat.providers],
    capabilities: heartbeat.capabilities === null ? null : [...heartbeat.capabilities],
    capacity: JSON.stringify(heartbeat.capacity),
    rpc_url: heartbeat.rpcUrl ?? '',
    instance_id: heartbeat.instanceId ?? '',
    credential: heartbeat.credential === undefined ? null : credentialJson(heartbeat.credential),
    last_heartbeat: now,
    created_at: now,
    updated_at: now,
  };
}

function workerFrom(row: Selectable<WorkersTable>): WorkerRecord {
  return {
    id: row.id,
    hostname: row.hostname,
    status: row.status,
    providers: row.providers,
    capabilities: row.capabilities,
    capacity: row.capacity,
    rpcUrl: row.rpc_url,
    instanceId: row.instance_id,
    credential: row.credential === null ? null : credentialFrom(row.credential),
    drainRequested: row.drain_requested,
    lastHeartbeat: row.last_heartbeat,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
