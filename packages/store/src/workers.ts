import { type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { requireId, requireTime } from './input-rules.js';
import { type Page, type PageRequest, pageLimit, pageOf } from './page.js';
import type { StoreSchema } from './schema.js';
import {
  type HeartbeatRules,
  recordHeartbeats,
  type StoredHeartbeat,
  type WorkerHeartbeat,
} from './worker-heartbeats.js';
import { type WorkerRecord, workerFrom, workerNotFound } from './worker-record.js';
import { type RemoveWorker, removeWorker, type WorkerRemoval } from './worker-removal.js';

/** Postgres channel that says that workers came, or that an operator changed one: a hint to look at once. */
export const WORKERS_CHANNEL = 'stacyvm_workers';

/** What an operator asks of a worker; what is left out stays. */
export interface WorkerDuty {
  readonly cordoned?: boolean;
  readonly drainRequested?: boolean;
  /** Counts while the worker drains; null is never. It goes with the end of the drain. */
  readonly drainDeadline?: Date | null;
}

export interface WorkerRepository {
  /** Registers the worker or refreshes it; `createdAt` and what operators asked stay. @throws StoreError `invalid_input` */
  upsertHeartbeat(heartbeat: WorkerHeartbeat): Promise<WorkerRecord>;
  /** Many heartbeats in few statements. Of two by the same worker the later in the list counts. */
  upsertHeartbeats(heartbeats: readonly WorkerHeartbeat[]): Promise<readonly WorkerRecord[]>;
  /** The same, and it tells who was there before. */
  recordHeartbeats(
    heartbeats: readonly WorkerHeartbeat[],
    rules?: HeartbeatRules,
  ): Promise<readonly StoredHeartbeat[]>;
  get(id: string): Promise<WorkerRecord | undefined>;
  /** By id ascending. */
  list(request?: PageRequest): Promise<Page<WorkerRecord>>;
  count(): Promise<number>;
  /** Overwrites the status until the next heartbeat says something else. @throws StoreError `not_found` */
  setStatus(id: string, status: string): Promise<WorkerRecord>;
  /** @throws StoreError `not_found` */
  setDuty(id: string, duty: WorkerDuty): Promise<WorkerRecord>;
  /** @throws StoreError `not_found` */
  setDrainRequested(id: string, drainRequested: boolean): Promise<WorkerRecord>;
  /** Forgets a worker unless a condition forbids it. No sandbox is placed on it meanwhile. */
  remove(id: string, conditions: RemoveWorker): Promise<WorkerRemoval>;
  /** Forgets the worker; its next heartbeat registers it anew. @throws StoreError `not_found` */
  delete(id: string): Promise<void>;
}

export function createWorkerRepository(db: Kysely<StoreSchema>, clock: Clock): WorkerRepository {
  const record: WorkerRepository['recordHeartbeats'] = async (heartbeats, rules) => {
    const stored = await recordHeartbeats(db, clock, heartbeats, rules);
    if (stored.some(({ previousInstanceId }) => previousInstanceId === undefined)) {
      await hint(db);
    }
    return stored;
  };
  const upsert: WorkerRepository['upsertHeartbeats'] = async (heartbeats) =>
    (await record(heartbeats)).map(({ worker }) => worker);

  const setDuty: WorkerRepository['setDuty'] = async (id, { cordoned, drainRequested, drainDeadline }) => {
    if (drainDeadline !== undefined && drainDeadline !== null) {
      requireTime(drainDeadline, 'drainDeadline');
    }
    const deadline = drainRequested === false ? null : drainDeadline;
    const row = await db
      .updateTable('workers')
      .set({
        updated_at: clock(),
        ...(cordoned === undefined ? {} : { cordoned }),
        ...(drainRequested === undefined ? {} : { drain_requested: drainRequested }),
        ...(deadline === undefined ? {} : { drain_deadline: deadline }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw workerNotFound(id);
    }
    await hint(db);
    return workerFrom(row);
  };

  return {
    async upsertHeartbeat(heartbeat) {
      const [worker] = await upsert([heartbeat]);
      if (worker === undefined) {
        throw new StoreError('internal', 'heartbeat was not stored');
      }
      return worker;
    },

    upsertHeartbeats: upsert,
    recordHeartbeats: record,

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

    async count() {
      const { workers } = await db
        .selectFrom('workers')
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('workers'))
        .executeTakeFirstOrThrow();
      return workers;
    },

    async setStatus(id, status) {
      const row = await db
        .updateTable('workers')
        // Whatever the next heartbeat says is new then.
        .set({ status: requireId(status, 'worker status'), heartbeat_digest: '', updated_at: clock() })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw workerNotFound(id);
      }
      return workerFrom(row);
    },

    setDuty,
    setDrainRequested: (id, drainRequested) => setDuty(id, { drainRequested }),

    async remove(id, conditions) {
      const removal = await removeWorker(db, id, conditions);
      if (removal === 'removed') {
        await hint(db);
      }
      return removal;
    },

    async delete(id) {
      const result = await db.deleteFrom('workers').where('id', '=', id).executeTakeFirst();
      if (result.numDeletedRows === 0n) {
        throw workerNotFound(id);
      }
    },
  };
}

/** What it tells of is written already, and who misses it finds out by looking. */
async function hint(db: Kysely<StoreSchema>): Promise<void> {
  await sql`select pg_notify(${WORKERS_CHANNEL}, '')`.execute(db).catch(() => undefined);
}
