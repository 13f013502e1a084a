import { type Kysely, sql } from 'kysely';
import { type CapacityLimit, StoreError } from './errors.js';
import { requireCount } from './input-rules.js';
import { INACTIVE_SANDBOX_STATES } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';
import { workerNotFound } from './workers.js';

/** How many active sandboxes there may be once the new one is counted in. Without a number there is no limit. */
export interface CapacityLimits {
  readonly maxActive?: number;
  readonly maxActivePerOwner?: number;
  readonly maxActiveOnWorker?: number;
}

/** First half of the advisory lock keys of this file; it keeps them apart from every other advisory lock. */
const CAPACITY_LOCK_CLASS = 5_741_001;
const TOTAL_LOCK_KEY = 0;

interface CapacityCheck {
  readonly limit: CapacityLimit;
  readonly maximum: number;
  readonly column?: 'owner_id' | 'worker_id';
  readonly value?: string;
}

/**
 * Proves that one more sandbox fits, and keeps that true until the transaction ends: everything that is counted is
 * locked first, in an order that all reservations share (total, owner, worker), so that none waits in a circle.
 */
export async function requireFreeCapacity(
  transaction: Kysely<StoreSchema>,
  target: CapacityLimits & { readonly workerId: string; readonly ownerId?: string },
): Promise<void> {
  const { maxActive, maxActivePerOwner, maxActiveOnWorker, workerId, ownerId = '' } = target;
  const checks: CapacityCheck[] = [];
  if (maxActive !== undefined) {
    await sql`select pg_advisory_xact_lock(${CAPACITY_LOCK_CLASS}::int, ${TOTAL_LOCK_KEY}::int)`.execute(
      transaction,
    );
    checks.push({ limit: 'total', maximum: requireCount(maxActive, 'maxActive') });
  }
  if (maxActivePerOwner !== undefined) {
    await sql`select pg_advisory_xact_lock(${CAPACITY_LOCK_CLASS}::int, hashtext(${ownerId}))`.execute(
      transaction,
    );
    const maximum = requireCount(maxActivePerOwner, 'maxActivePerOwner');
    checks.push({ limit: 'owner', maximum, column: 'owner_id', value: ownerId });
  }
  const worker = await transaction
    .selectFrom('workers')
    .select('id')
    .where('id', '=', workerId)
    .forUpdate()
    .executeTakeFirst();
  if (worker === undefined) {
    throw workerNotFound(workerId);
  }
  if (maxActiveOnWorker !== undefined) {
    const maximum = requireCount(maxActiveOnWorker, 'maxActiveOnWorker');
    checks.push({ limit: 'worker', maximum, column: 'worker_id', value: workerId });
  }
  for (const check of checks) {
    await requireBelow(transaction, check);
  }
}

/** How many sandboxes count against limits, by what the column says; what has none is absent. */
export async function countActiveBy(
  db: Kysely<StoreSchema>,
  column: 'owner_id' | 'worker_id',
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('sandboxes')
    .select((eb) => [eb.ref(column).as('holder'), eb.cast<number>(eb.fn.countAll(), 'integer').as('active')])
    .where('state', 'not in', INACTIVE_SANDBOX_STATES)
    .groupBy(column)
    .execute();
  return new Map(rows.map(({ holder, active }) => [holder, active]));
}

async function requireBelow(transaction: Kysely<StoreSchema>, check: CapacityCheck): Promise<void> {
  const { column, value = '' } = check;
  let query = transaction
    .selectFrom('sandboxes')
    .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('active'))
    .where('state', 'not in', INACTIVE_SANDBOX_STATES);
  if (column !== undefined) {
    query = query.where(column, '=', value);
  }
  const { active } = await query.executeTakeFirstOrThrow();
  if (active >= check.maximum) {
    throw new StoreError('capacity', CAPACITY_MESSAGES[check.limit](check.maximum), { limit: check.limit });
  }
}

const CAPACITY_MESSAGES: Readonly<Record<CapacityLimit, (maximum: number) => string>> = {
  total: (maximum) => `max sandboxes reached (${maximum})`,
  owner: (maximum) => `max sandboxes per owner reached (${maximum})`,
  worker: (maximum) => `max sandboxes on the worker reached (${maximum})`,
};
