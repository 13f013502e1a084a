import type { Kysely } from 'kysely';
import { requireTime } from './input-rules.js';
import type { StoreSchema } from './schema.js';

/** When a worker must stay. */
export interface RemoveWorker {
  /** It was heard of since, and did not say that it is going offline. */
  readonly unlessHeardSince?: Date;
  /** It has sandboxes that are not destroyed. */
  readonly unlessHolding?: boolean;
}

export type WorkerRemoval = 'removed' | 'not_found' | 'online' | 'has_sandboxes';

/** Locks the worker as a reservation does, so that what was looked at is still true when it goes. */
export async function removeWorker(
  db: Kysely<StoreSchema>,
  id: string,
  { unlessHeardSince, unlessHolding = false }: RemoveWorker,
): Promise<WorkerRemoval> {
  if (unlessHeardSince !== undefined) {
    requireTime(unlessHeardSince, 'unlessHeardSince');
  }
  return db.transaction().execute(async (transaction) => {
    const worker = await transaction
      .selectFrom('workers')
      .select(['last_heartbeat', 'status'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (worker === undefined) {
      return 'not_found';
    }
    if (
      unlessHeardSince !== undefined &&
      worker.status.toLowerCase() !== 'offline' &&
      worker.last_heartbeat >= unlessHeardSince
    ) {
      return 'online';
    }
    if (unlessHolding && (await holdsSandboxes(transaction, id))) {
      return 'has_sandboxes';
    }
    await transaction.deleteFrom('workers').where('id', '=', id).execute();
    return 'removed';
  });
}

async function holdsSandboxes(transaction: Kysely<StoreSchema>, workerId: string): Promise<boolean> {
  const sandbox = await transaction
    .selectFrom('sandboxes')
    .select('id')
    .where('worker_id', '=', workerId)
    .where('state', '<>', 'destroyed')
    .limit(1)
    .executeTakeFirst();
  return sandbox !== undefined;
}
