import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber, requireCount } from './input-rules.js';
import { INACTIVE_SANDBOX_STATES } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';
import { workerNotFound } from './worker-record.js';

/** How many active sandboxes there may be once the new one is counted in. Without a number there is no limit. */
export interface CapacityLimits {
  readonly maxActive?: number;
  readonly maxActivePerOwner?: number;
  readonly maxActiveOnWorker?: number;
  /** Of all sandboxes of the worker together, in MiB. */
  readonly maxMemoryMbOnWorker?: number;
  readonly maxVcpusOnWorker?: number;
}

/** What the sandboxes of a worker that count against limits take up. */
export interface WorkerLoad {
  readonly sandboxes: number;
  readonly memoryMb: number;
  readonly vcpus: number;
}

/** First half of the advisory lock keys of this file; it keeps them apart from every other advisory lock. */
const CAPACITY_LOCK_CLASS = 5_741_001;
const TOTAL_LOCK_KEY = 0;

interface CapacityCheck {
  readonly limit: 'total' | 'owner';
  readonly maximum: number;
  readonly ownerId?: string;
}

interface CapacityTarget extends CapacityLimits {
  readonly workerId: string;
  readonly ownerId?: string;
  readonly memoryMb: number;
  readonly vcpus: number;
}

/**
 * Proves that one more sandbox fits, and keeps that true until the transaction ends: everything that is counted is
 * locked first, in an order that all reservations share (total, owner, worker), so that none waits in a circle.
 */
export async function requireFreeCapacity(
  transaction: Kysely<StoreSchema>,
  target: CapacityTarget,
): Promise<void> {
  const { maxActive, maxActivePerOwner, workerId, ownerId = '' } = target;
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
    checks.push({ limit: 'owner', maximum, ownerId });
  }
  await lockOpenWorker(transaction, workerId);
  for (const check of checks) {
    await requireBelow(transaction, check);
  }
  await requireRoomOnWorker(transaction, target);
}

/** An operator may have closed the worker since it was chosen. */
async function lockOpenWorker(transaction: Kysely<StoreSchema>, id: string): Promise<void> {
  const worker = await transaction
    .selectFrom('workers')
    .select(['cordoned', 'drain_requested'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (worker === undefined) {
    throw workerNotFound(id);
  }
  if (worker.cordoned || worker.drain_requested) {
    throw new StoreError('capacity', `worker "${id}" takes no new sandboxes`, { limit: 'worker_closed' });
  }
}

async function requireRoomOnWorker(transaction: Kysely<StoreSchema>, target: CapacityTarget): Promise<void> {
  const { maxActiveOnWorker, maxMemoryMbOnWorker, maxVcpusOnWorker, workerId } = target;
  const limits = { maxActiveOnWorker, maxMemoryMbOnWorker, maxVcpusOnWorker };
  const asked = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  if (asked.length === 0) {
    return;
  }
  for (const [name, limit = 0] of asked) {
    requireCount(limit, name);
  }
  const load = (await loadOf(transaction, workerId)).get(workerId);
  const { sandboxes = 0, memoryMb = 0, vcpus = 0 } = load ?? {};
  const exceeded = (maximum: number | undefined, wanted: number, what: string): void => {
    if (maximum !== undefined && wanted > maximum) {
      throw new StoreError('capacity', `max ${what} on the worker reached (${maximum})`, { limit: 'worker' });
    }
  };
  exceeded(maxActiveOnWorker, sandboxes + 1, 'sandboxes');
  exceeded(maxMemoryMbOnWorker, memoryMb + target.memoryMb, 'memory');
  exceeded(maxVcpusOnWorker, vcpus + target.vcpus, 'vcpus');
}

/** What is taken up, by worker id; workers without any sandbox that counts are absent. */
export async function loadOf(
  db: Kysely<StoreSchema>,
  workerId?: string,
): Promise<ReadonlyMap<string, WorkerLoad>> {
  const rows = await db
    .selectFrom('sandboxes')
    .select((eb) => [
      'worker_id',
      eb.cast<number>(eb.fn.countAll(), 'integer').as('sandboxes'),
      eb.cast<string>(eb.fn.sum('memory_mb'), 'bigint').as('memory_mb'),
      eb.cast<string>(eb.fn.sum('vcpus'), 'bigint').as('vcpus'),
    ])
    .where('state', 'not in', INACTIVE_SANDBOX_STATES)
    .$if(workerId !== undefined, (query) => query.where('worker_id', '=', workerId ?? ''))
    .groupBy('worker_id')
    .execute();
  return new Map(
    rows.map(({ worker_id: id, sandboxes, memory_mb: memory, vcpus }) => [
      id,
      {
        sandboxes,
        memoryMb: exactNumber(memory, 'memory of a worker'),
        vcpus: exactNumber(vcpus, 'vcpus of a worker'),
      },
    ]),
  );
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
  const { ownerId } = check;
  let query = transaction
    .selectFrom('sandboxes')
    .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('active'))
    .where('state', 'not in', INACTIVE_SANDBOX_STATES);
  if (ownerId !== undefined) {
    query = query.where('owner_id', '=', ownerId);
  }
  const { active } = await query.executeTakeFirstOrThrow();
  if (active >= check.maximum) {
    throw new StoreError('capacity', CAPACITY_MESSAGES[check.limit](check.maximum), { limit: check.limit });
  }
}

const CAPACITY_MESSAGES: Readonly<Record<CapacityCheck['limit'], (maximum: number) => string>> = {
  total: (maximum) => `max sandboxes reached (${maximum})`,
  owner: (maximum) => `max sandboxes per owner reached (${maximum})`,
};
