import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import { type ApplyingQuotas, type QuotaRecord, type QuotaSubject, quotaFrom } from './quota-record.js';
import { INACTIVE_SANDBOX_STATES } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';

/** What the sandboxes take up that count against a quota. */
export interface QuotaUsage {
  readonly sandboxes: number;
  readonly memoryMb: number;
  readonly vcpus: number;
}

/** One statement, and none where nobody can have a quota. */
export async function applyingQuotas(
  db: Kysely<StoreSchema>,
  { tenantId, ownerId }: QuotaSubject,
): Promise<ApplyingQuotas> {
  if (tenantId === '' && ownerId === '') return {};
  const rows = await db
    .selectFrom('quotas')
    .selectAll()
    .where(sql<boolean>`coalesce(tenant_id, '') = ${tenantId}`)
    .where(sql<boolean>`coalesce(owner_id, '') collate "C" in ('', ${ownerId})`)
    .execute();
  const quotas = rows.map(quotaFrom);
  const owner = quotas.find((quota) => quota.ownerId !== '');
  const tenant = quotas.find((quota) => quota.ownerId === '');
  return { ...(owner === undefined ? {} : { owner }), ...(tenant === undefined ? {} : { tenant }) };
}

/** All sandboxes of an owner in a tenant that count against limits, or with the owner '' all of the tenant. */
export async function loadOfSubject(
  db: Kysely<StoreSchema>,
  { tenantId, ownerId }: QuotaSubject,
): Promise<QuotaUsage> {
  const { sandboxes, memory_mb, vcpus } = await db
    .selectFrom('sandboxes')
    .select((eb) => [
      eb.cast<number>(eb.fn.countAll(), 'integer').as('sandboxes'),
      eb.cast<string>(eb.fn.coalesce(eb.fn.sum('memory_mb'), eb.lit(0)), 'bigint').as('memory_mb'),
      eb.cast<string>(eb.fn.coalesce(eb.fn.sum('vcpus'), eb.lit(0)), 'bigint').as('vcpus'),
    ])
    .where('state', 'not in', INACTIVE_SANDBOX_STATES)
    .where('tenant_id', '=', tenantId)
    .$if(ownerId !== '', (query) => query.where('owner_id', '=', ownerId))
    .executeTakeFirstOrThrow();
  return {
    sandboxes,
    memoryMb: exactNumber(memory_mb, 'memory of a quota'),
    vcpus: exactNumber(vcpus, 'vcpus of a quota'),
  };
}

/** Whether a quota limits what sandboxes take up, so that they have to be counted. */
export function countsSandboxes(quota: QuotaRecord | undefined): quota is QuotaRecord {
  return quota !== undefined && (quota.maxSandboxes > 0 || quota.maxMemoryMb > 0 || quota.maxVcpus > 0);
}

/**
 * Proves that one more sandbox fits under a quota. Its subject must be locked.
 *
 * @throws StoreError `capacity` with the limit `owner_quota` or `tenant_quota`
 */
export async function requireRoomUnderQuota(
  transaction: Kysely<StoreSchema>,
  quota: QuotaRecord,
  wanted: Pick<QuotaUsage, 'memoryMb' | 'vcpus'>,
): Promise<void> {
  const used = await loadOfSubject(transaction, quota);
  const [limit, whose] =
    quota.ownerId === '' ? (['tenant_quota', 'tenant'] as const) : (['owner_quota', 'owner'] as const);
  const exceeded = (what: string, maximum: number, needed: number): void => {
    if (maximum > 0 && needed > maximum) {
      throw new StoreError('capacity', `max ${what} per ${whose} reached (${maximum})`, { limit });
    }
  };
  exceeded('sandboxes', quota.maxSandboxes, used.sandboxes + 1);
  exceeded('memory_mb', quota.maxMemoryMb, used.memoryMb + wanted.memoryMb);
  exceeded('vcpus', quota.maxVcpus, used.vcpus + wanted.vcpus);
}
