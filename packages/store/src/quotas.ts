import { type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { whenMissing } from './database-errors.js';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import {
  decodeListPosition,
  encodeListPosition,
  invalidCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
} from './page.js';
import { applyingQuotas, loadOfSubject, type QuotaUsage } from './quota-capacity.js';
import {
  type ApplyingQuotas,
  isQuotaOf,
  type QuotaLimits,
  type QuotaRecord,
  type QuotaSubject,
  quotaFrom,
  quotaNotFound,
  quotaValues,
  requireSubject,
} from './quota-record.js';
import type { StoreSchema } from './schema.js';
import { tenantNotFound } from './tenant-record.js';
import type { ReadFor } from './within-tenant.js';

/** Of how many owners there are quotas, and what these limit. */
export interface QuotaSummary {
  readonly total: number;
  readonly withMaxSandboxes: number;
  readonly withMaxTtl: number;
  readonly withMaxExecTimeout: number;
}

export interface OwnerQuotaFilter extends PageRequest {
  /** '' for owners outside of all tenants. */
  readonly tenantId: string;
}

/**
 * How much owners and tenants may have. `sandboxes.reserve` enforces what can be counted; a change counts for every
 * reservation that begins after it.
 */
export interface QuotaRepository {
  /** Replaces every limit. @throws StoreError `invalid_input`, `not_found` when there is no such tenant */
  set(subject: QuotaSubject, limits: QuotaLimits): Promise<QuotaRecord>;
  get(subject: QuotaSubject): Promise<QuotaRecord | undefined>;
  /** Those of owners in a tenant, by owner id. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter: OwnerQuotaFilter): Promise<Page<QuotaRecord>>;
  summary(tenantId: string): Promise<QuotaSummary>;
  /** The same over all tenants. */
  summaryOfAll(): Promise<QuotaSummary & { readonly tenants: number }>;
  /** @returns what was deleted @throws StoreError `not_found` */
  delete(subject: QuotaSubject): Promise<QuotaRecord>;
  /** What limits the things of an owner in a tenant. */
  applying(subject: QuotaSubject): Promise<ApplyingQuotas>;
  /** What counts against the quota at the moment. @throws StoreError `invalid_input` */
  usage(subject: QuotaSubject): Promise<QuotaUsage>;
}

export function createQuotaRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  readFor: ReadFor,
): QuotaRepository {
  return {
    async set(subject, limits) {
      const { tenantId, ownerId } = requireSubject(subject);
      const values = quotaValues(limits);
      const now = clock();
      const row = await db
        .insertInto('quotas')
        .values({
          tenant_id: tenantId === '' ? null : tenantId,
          owner_id: ownerId === '' ? null : ownerId,
          ...values,
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) =>
          conflict
            .expression(sql`coalesce(tenant_id, ''), coalesce(owner_id, '') collate "C"`)
            .doUpdateSet({ ...values, updated_at: now }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(whenMissing(() => tenantNotFound(tenantId)));
      return quotaFrom(row);
    },

    async get(subject) {
      const row = await readFor(subject.tenantId, (scoped) =>
        scoped.selectFrom('quotas').selectAll().where(isQuotaOf(subject)).executeTakeFirst(),
      );
      return row === undefined ? undefined : quotaFrom(row);
    },

    async list({ tenantId, limit, after }) {
      const size = pageLimit(limit);
      const position = after === undefined ? '' : ownerAfter(after);
      const rows = await readFor(tenantId, (scoped) =>
        scoped
          .selectFrom('quotas')
          .selectAll()
          .where(sql<boolean>`coalesce(tenant_id, '') = ${tenantId}`)
          .where(sql<boolean>`coalesce(owner_id, '') collate "C" > ${position}`)
          .orderBy(sql`coalesce(owner_id, '') collate "C"`)
          .limit(size + 1)
          .execute(),
      );
      return pageOf(rows.map(quotaFrom), size, ({ ownerId }) => encodeListPosition([ownerId]));
    },

    async summary(tenantId) {
      return summaryFrom(
        await readFor(tenantId, (scoped) =>
          countQuotas(scoped, sql`where coalesce(tenant_id, '') = ${tenantId}`),
        ),
      );
    },

    async summaryOfAll() {
      const counts = await countQuotas(db, sql``);
      return { ...summaryFrom(counts), tenants: exactNumber(counts.tenants, 'quotas') };
    },

    async delete(subject) {
      const row = await db
        .deleteFrom('quotas')
        .where(isQuotaOf(requireSubject(subject)))
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw quotaNotFound(subject);
      return quotaFrom(row);
    },

    applying: (subject) => applyingQuotas(db, subject),
    usage: (subject) => readFor(subject.tenantId, (scoped) => loadOfSubject(scoped, requireSubject(subject))),
  };
}

interface QuotaCounts {
  readonly total: string;
  readonly sandboxes: string;
  readonly ttl: string;
  readonly exec_timeout: string;
  readonly tenants: string;
}

async function countQuotas(db: Kysely<StoreSchema>, where: ReturnType<typeof sql>): Promise<QuotaCounts> {
  const { rows } = await sql<QuotaCounts>`
    select count(owner_id) as total,
      count(owner_id) filter (where max_sandboxes > 0) as sandboxes,
      count(owner_id) filter (where max_ttl_seconds > 0) as ttl,
      count(owner_id) filter (where max_exec_timeout_seconds > 0) as exec_timeout,
      count(*) filter (where owner_id is null) as tenants
    from quotas ${where}`.execute(db);
  const [counts] = rows;
  if (counts === undefined) throw new StoreError('internal', 'a count gave no row');
  return counts;
}

function summaryFrom(counts: QuotaCounts): QuotaSummary {
  return {
    total: exactNumber(counts.total, 'quotas'),
    withMaxSandboxes: exactNumber(counts.sandboxes, 'quotas'),
    withMaxTtl: exactNumber(counts.ttl, 'quotas'),
    withMaxExecTimeout: exactNumber(counts.exec_timeout, 'quotas'),
  };
}

function ownerAfter(cursor: string): string {
  const ownerId = decodeListPosition(cursor).join(' ');
  if (ownerId === '') throw invalidCursor();
  return ownerId;
}
