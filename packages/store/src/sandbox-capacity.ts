import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber, requireCount } from './input-rules.js';
import { applyingQuotas, countsSandboxes, requireRoomUnderQuota } from './quota-capacity.js';
import type { QuotaSubject } from './quota-record.js';
import { INACTIVE_SANDBOX_STATES } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';
import { workerNotFound } from './worker-record.js';

/** How many active sandboxes there may be once the new one is counted in. Without a number there is no limit. */
export interface CapacityLimits {
  readonly maxActive?: number;
  /** Of one owner in one tenant, unless a quota of that owner says how many. */
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

/** First halves of the advisory lock keys of this file; they keep them apart from each other and from every other lock. */
const LOCK_CLASSES = { total: 5_741_001, tenant: 5_741_002, owner: 5_741_003 };

type CapacityCheck =
  | { readonly limit: 'total'; readonly maximum: number }
  | ({ readonly limit: 'owner'; readonly maximum: number } & QuotaSubject);

interface CapacityTarget extends CapacityLimits {
  readonly workerId: string;
  readonly ownerId?: string;
  readonly tenantId?: string;
  readonly memoryMb: number;
  readonly vcpus: number;
}

/**
 * Proves that one more sandbox fits, and keeps that true until the transaction ends: everything that is counted is
 * locked first, in an order that all reservations share (total, tenant, owner, worker), so that none waits in a circle.
 * Where nothing is limited nothing is locked, and reservations do not wait for each other.
 */
export async function requireFreeCapacity(
  transaction: Kysely<StoreSchema>,
  target: CapacityTarget,
): Promise<void> {
  const { maxActive, workerId, ownerId = '', tenantId = '' } = target;
  const quotas = await applyingQuotas(transaction, { tenantId, ownerId });
  const maxActivePerOwner = (quotas.owner?.maxSandboxes ?? 0) > 0 ? undefined : target.maxActivePerOwner;
  const checks: CapacityCheck[] = [];
  if (maxActive !== undefined) {
    await lock(transaction, 'total', '');
    checks.push({ limit: 'total', maximum: requireCount(maxActive, 'maxActive') });
  }
  if (countsSandboxes(quotas.tenant)) await lock(transaction, 'tenant', tenantId);
  if (maxActivePerOwner !== undefined || countsSandboxes(quotas.owner)) {
    await lock(transaction, 'owner', `${tenantId}\n${ownerId}`);
  }
  if (maxActivePerOwner !== undefined) {
    const maximum = requireCount(maxActivePerOwner, 'maxActivePerOwner');
    checks.push({ limit: 'owner', maximum, tenantId, ownerId });
  }
  await lockOpenWorker(transaction, workerId);
  // Those first for which nobody waits: a spawn that a quota forbids must not be told to wait for room in the fleet.
  for (const quota of [quotas.tenant, quotas.owner]) {
    if (countsSandboxes(quota)) await requireRoomUnderQuota(transaction, quota, target);
  }
  for (const check of checks) {
    await requireBelow(transaction, check);
  }
  await requireRoomOnWorker(transaction, target);
}

async function lock(
  transaction: Kysely<StoreSchema>,
  kind: keyof typeof LOCK_CLASSES,
  key: string,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK_CLASSES[kind]}::int, hashtext(${key}))`.execute(transaction);
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

/** How many sandboxes count against limits, by worker; workers without any are absent. */
export async function countActiveByWorker(db: Kysely<StoreSchema>): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('sandboxes')
    .select((eb) => ['worker_id', eb.cast<number>(eb.fn.countAll(), 'integer').as('active')])
    .where('state', 'not in', INACTIVE_SANDBOX_STATES)
    .groupBy('worker_id')
    .execute();
  return new Map(rows.map(({ worker_id, active }) => [worker_id, active]));
}

/** An owner in a tenant, and how many sandboxes of it count against limits. */
export interface OwnerCount {
  readonly tenantId: string;
  readonly ownerId: string;
  readonly active: number;
  /** Whether a quota of its own says how many it may have. */
  readonly hasQuota: boolean;
}

export async function countActiveByOwner(db: Kysely<StoreSchema>): Promise<readonly OwnerCount[]> {
  const { rows } = await sql<OwnerCount>`
    select tenant_id as "tenantId", owner_id as "ownerId", count(*)::integer as active,
      exists (select from quotas
        where coalesce(quotas.tenant_id, '') = sandboxes.tenant_id
          and coalesce(quotas.owner_id, '') collate "C" = sandboxes.owner_id
          and sandboxes.owner_id <> '' and max_sandboxes > 0) as "hasQuota"
    from sandboxes where state not in (${sql.join(INACTIVE_SANDBOX_STATES)})
    group by tenant_id, owner_id`.execute(db);
  return rows;
}

async function requireBelow(transaction: Kysely<StoreSchema>, check: CapacityCheck): Promise<void> {
  let query = transaction
    .selectFrom('sandboxes')
    .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('active'))
    .where('state', 'not in', INACTIVE_SANDBOX_STATES);
  if (check.limit === 'owner') {
    query = query.where('tenant_id', '=', check.tenantId).where('owner_id', '=', check.ownerId);
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
