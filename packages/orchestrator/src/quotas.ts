import { formatDuration } from '@stacyvm/duration';
import type {
  ApplyingQuotas,
  QuotaLimits,
  QuotaRecord,
  QuotaSubject,
  QuotaUsage,
  Store,
} from '@stacyvm/store';
import { type Page, type PageRequest, StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';

/** A limit in time, and what set it. */
export interface TimeLimit {
  readonly ms: number;
  readonly setBy: 'settings' | 'owner_quota' | 'tenant_quota';
}

/** How long the sandboxes and programs of an owner may run. */
export interface TimeLimits {
  readonly ttl: TimeLimit;
  readonly execTimeout: TimeLimit;
}

/** The limits that settings give everybody. 0 is none. */
export interface CommonLimits {
  readonly maxSandboxesPerOwner: number;
  readonly maxTtlMs: number;
  readonly maxExecTimeoutMs: number;
}

/** What somebody uses and may use; a limit of 0 is none. */
export interface QuotaStanding {
  readonly subject: QuotaSubject;
  readonly usage: QuotaUsage;
  /** What holds in the end, of the quota, of that of the tenant and of the settings. */
  readonly limits: QuotaLimits;
  readonly isConfigured: boolean;
}

/** How much owners and tenants may have. */
export interface Quotas {
  /** @throws OrchestratorError `quota_not_found` */
  get(subject: QuotaSubject): Promise<QuotaRecord>;
  /** Those of the owners of a tenant, by owner id. */
  list(tenantId: string, page: PageRequest): Promise<Page<QuotaRecord>>;
  summary: Store['quotas']['summary'];
  /** Replaces the whole quota. Spawns that wait are looked at again. @throws StoreError `invalid_input` */
  set(subject: QuotaSubject, limits: QuotaLimits): Promise<QuotaRecord>;
  /** @returns what was removed @throws OrchestratorError `quota_not_found` */
  remove(subject: QuotaSubject): Promise<QuotaRecord>;
  /** For anybody, whether there is a quota or not. */
  standing(subject: QuotaSubject): Promise<QuotaStanding>;
  timeLimits(subject: QuotaSubject): Promise<TimeLimits>;
}

export function createQuotas({
  store,
  common,
  onChange,
}: {
  readonly store: Pick<Store, 'quotas'>;
  readonly common: CommonLimits;
  /** There may be room now for what was refused before. */
  readonly onChange: () => void;
}): Quotas {
  const timeLimitsOf = (applying: ApplyingQuotas): TimeLimits => ({
    ttl: timeLimit(applying, 'maxTtlSeconds', common.maxTtlMs),
    execTimeout: timeLimit(applying, 'maxExecTimeoutSeconds', common.maxExecTimeoutMs),
  });

  return {
    async get(subject) {
      const quota = await store.quotas.get(subject);
      if (quota === undefined) throw quotaNotFound(subject);
      return quota;
    },

    list: (tenantId, page) => store.quotas.list({ tenantId, ...page }),
    summary: store.quotas.summary,

    async set(subject, limits) {
      const quota = await store.quotas.set(subject, limits);
      onChange();
      return quota;
    },

    async remove(subject) {
      try {
        const quota = await store.quotas.delete(subject);
        onChange();
        return quota;
      } catch (error) {
        if (error instanceof StoreError && error.code === 'not_found') throw quotaNotFound(subject);
        throw error;
      }
    },

    async standing(subject) {
      const [usage, applying] = await Promise.all([
        store.quotas.usage(subject),
        store.quotas.applying(subject),
      ]);
      const own = subject.ownerId === '' ? applying.tenant : applying.owner;
      const { ttl, execTimeout } = timeLimitsOf(applying);
      return {
        subject,
        usage,
        limits: {
          maxSandboxes: own?.maxSandboxes || (subject.ownerId === '' ? 0 : common.maxSandboxesPerOwner),
          maxMemoryMb: own?.maxMemoryMb ?? 0,
          maxVcpus: own?.maxVcpus ?? 0,
          maxTtlSeconds: Math.floor(ttl.ms / 1000),
          maxExecTimeoutSeconds: Math.floor(execTimeout.ms / 1000),
          maxTokenIssuesPerMinute: own?.maxTokenIssuesPerMinute ?? 0,
        },
        isConfigured: own !== undefined,
      };
    },

    timeLimits: async (subject) => timeLimitsOf(await store.quotas.applying(subject)),
  };
}

/** The quota of an owner replaces the setting, which is only a default; that of its tenant bounds both. */
function timeLimit(
  { owner, tenant }: ApplyingQuotas,
  field: 'maxTtlSeconds' | 'maxExecTimeoutSeconds',
  commonMs: number,
): TimeLimit {
  const ownerMs = (owner?.[field] ?? 0) * 1000;
  const tenantMs = (tenant?.[field] ?? 0) * 1000;
  const limit: TimeLimit =
    ownerMs > 0 ? { ms: ownerMs, setBy: 'owner_quota' } : { ms: commonMs, setBy: 'settings' };
  return tenantMs > 0 && tenantMs < limit.ms ? { ms: tenantMs, setBy: 'tenant_quota' } : limit;
}

/** That something would take longer than it may; `otherwise` is the code when no quota says so. */
export function tooLong(
  what: 'ttl exceeds max ttl' | 'timeout exceeds max exec timeout',
  { ms, setBy }: TimeLimit,
  otherwise: 'ttl_too_long' | 'exec_timeout_too_long',
): OrchestratorError {
  const whose = {
    settings: '',
    owner_quota: ' of the quota of the owner',
    tenant_quota: ' of the quota of the tenant',
  }[setBy];
  return new OrchestratorError(
    setBy === 'settings' ? otherwise : 'quota_exceeded',
    `resource limit exceeded: ${what} ${formatDuration(ms)}${whose}`,
  );
}

function quotaNotFound({ tenantId, ownerId }: QuotaSubject): OrchestratorError {
  const whose = ownerId === '' ? `tenant ${tenantId}` : `owner ${ownerId}`;
  return new OrchestratorError('quota_not_found', `quota not found: ${whose}`);
}
