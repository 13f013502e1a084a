import { type Insertable, type Selectable, sql } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber, requireCount } from './input-rules.js';
import { MAX_LEASE_TTL_MS } from './leases.js';
import type { QuotasTable } from './schema.js';

/**
 * Whom a quota is about: one owner among what belongs to a tenant, or with the owner '' the tenant as a whole. The tenant
 * '' stands for what belongs to none. Owners of the same name in two tenants have nothing to do with each other.
 */
export interface QuotaSubject {
  readonly tenantId: string;
  readonly ownerId: string;
}

/** 0: this quota does not limit it. */
export interface QuotaLimits {
  /** Sandboxes that are neither destroyed nor expired. */
  readonly maxSandboxes: number;
  /** Of all these together, in MiB. */
  readonly maxMemoryMb: number;
  readonly maxVcpus: number;
  readonly maxTtlSeconds: number;
  readonly maxExecTimeoutSeconds: number;
  /** Worker tokens and join tokens. */
  readonly maxTokenIssuesPerMinute: number;
}

export interface QuotaRecord extends QuotaSubject, QuotaLimits {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Both that concern a sandbox. */
export interface ApplyingQuotas {
  readonly owner?: QuotaRecord;
  readonly tenant?: QuotaRecord;
}

const MAX_SUBJECT_LENGTH = 128;
const MAX_COUNT = 1_000_000;
const MAX_MEMORY_MB = 1_000_000_000;
/** A sandbox lives no longer than its lease. */
export const MAX_QUOTA_TTL_SECONDS = Math.floor(MAX_LEASE_TTL_MS / 3_600_000) * 3_600;
export const MAX_QUOTA_EXEC_TIMEOUT_SECONDS = 8_760 * 3_600;

const HIGHEST: QuotaLimits = {
  maxSandboxes: MAX_COUNT,
  maxMemoryMb: MAX_MEMORY_MB,
  maxVcpus: MAX_COUNT,
  maxTtlSeconds: MAX_QUOTA_TTL_SECONDS,
  maxExecTimeoutSeconds: MAX_QUOTA_EXEC_TIMEOUT_SECONDS,
  maxTokenIssuesPerMinute: MAX_COUNT,
};

/** @throws StoreError `invalid_input` */
export function requireSubject({ tenantId, ownerId }: QuotaSubject): QuotaSubject {
  if (tenantId === '' && ownerId === '') {
    throw new StoreError('invalid_input', 'a quota is that of an owner or of a tenant');
  }
  for (const [name, id] of Object.entries({ tenantId, ownerId })) {
    if (id.length > MAX_SUBJECT_LENGTH || id.includes('\0')) {
      throw new StoreError(
        'invalid_input',
        `${name} has at most ${MAX_SUBJECT_LENGTH} characters, none of them NUL`,
      );
    }
  }
  return { tenantId, ownerId };
}

/** @throws StoreError `invalid_input` */
export function quotaValues(limits: QuotaLimits) {
  for (const [name, highest] of Object.entries(HIGHEST)) {
    const limit = requireCount(limits[name as keyof QuotaLimits], name);
    if (limit > highest) throw new StoreError('invalid_input', `${name} must be at most ${highest}`);
  }
  return {
    max_sandboxes: limits.maxSandboxes,
    max_memory_mb: limits.maxMemoryMb,
    max_vcpus: limits.maxVcpus,
    max_ttl_seconds: limits.maxTtlSeconds,
    max_exec_timeout_seconds: limits.maxExecTimeoutSeconds,
    max_token_issues_per_minute: limits.maxTokenIssuesPerMinute,
  } satisfies Partial<Insertable<QuotasTable>>;
}

/** The condition that names a subject, in the words of its index. */
export function isQuotaOf({ tenantId, ownerId }: QuotaSubject) {
  return sql<boolean>`coalesce(tenant_id, '') = ${tenantId} and coalesce(owner_id, '') collate "C" = ${ownerId}`;
}

export function quotaFrom(row: Selectable<QuotasTable>): QuotaRecord {
  return {
    tenantId: row.tenant_id ?? '',
    ownerId: row.owner_id ?? '',
    maxSandboxes: row.max_sandboxes,
    maxMemoryMb: exactNumber(row.max_memory_mb, 'memory of a quota'),
    maxVcpus: row.max_vcpus,
    maxTtlSeconds: exactNumber(row.max_ttl_seconds, 'ttl of a quota'),
    maxExecTimeoutSeconds: exactNumber(row.max_exec_timeout_seconds, 'exec timeout of a quota'),
    maxTokenIssuesPerMinute: row.max_token_issues_per_minute,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function quotaNotFound({ tenantId, ownerId }: QuotaSubject): StoreError {
  const subject = ownerId === '' ? `tenant "${tenantId}"` : `owner "${ownerId}"`;
  return new StoreError('not_found', `not found: quota of ${subject}`);
}
