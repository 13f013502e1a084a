import type { Store } from '@stacyvm/store';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Actor } from '../audit/admin-audit.js';
import type { SharedBuckets } from '../callers/shared-buckets.js';
import { RequestError } from '../http-errors.js';

/** How many credentials one caller, and all of one tenant together, may have issued in a minute. */
export interface IssueLimit {
  /** Counts one. @throws RequestError 429 `issue_limit` or `quota_exceeded`, with Retry-After */
  take(caller: Issuing): Promise<void>;
  /** For callers without a quota of their own. */
  configure(perMinute: number): void;
}

/** Who has something issued. */
export type Issuing = Pick<Actor, 'kind' | 'id'> & { readonly tenant?: string };

export interface IssueLimitOptions {
  readonly store: Pick<Store, 'quotas'>;
  /** Counts for all control planes; without an answer of it, each counts for itself. */
  readonly shared: Pick<SharedBuckets, 'take'>;
}

export function createIssueLimit(initial: number, { store, shared }: IssueLimitOptions): IssueLimit {
  // The limit is compared here: it is not the same for all.
  const own = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 60 });
  let perMinute = initial;

  async function take(key: string, limit: number, whose: Whose): Promise<void> {
    const { consumedPoints, msBeforeNext } = await own.penalty(key);
    if (consumedPoints > limit) throw refusal(whose, limit, Math.ceil(msBeforeNext / 1000));
    const together = await shared.take('issue', key, { capacity: limit, perSecond: limit / 60 });
    if (together !== undefined && !together.taken) throw refusal(whose, limit, together.retryAfterSeconds);
  }

  return {
    async take(caller) {
      const tenantId = caller.tenant ?? '';
      const quotas =
        caller.kind === 'worker' ? {} : await store.quotas.applying({ tenantId, ownerId: caller.id });
      const ofTenant = quotas.tenant?.maxTokenIssuesPerMinute ?? 0;
      const ofCaller = quotas.owner?.maxTokenIssuesPerMinute ?? 0;
      const key = `${tenantId}\n${caller.id}`;
      if (ofCaller > 0) await take(key, ofCaller, 'caller_quota');
      else await take(key, perMinute, 'caller');
      if (ofTenant > 0) await take(`${tenantId}\n`, ofTenant, 'tenant_quota');
    },
    configure(next) {
      perMinute = next;
    },
  };
}

type Whose = 'caller' | 'caller_quota' | 'tenant_quota';

function refusal(whose: Whose, limit: number, retryAfterSeconds: number): RequestError {
  const seconds = Math.max(retryAfterSeconds, 1);
  const who = whose === 'tenant_quota' ? 'this tenant' : 'this caller';
  const by = whose === 'caller' ? '' : ', which is its quota';
  return new RequestError(
    {
      status: 429,
      code: 'RESOURCE_LIMIT',
      reason: whose === 'caller' ? 'issue_limit' : 'quota_exceeded',
      message: `${who} had ${limit} tokens issued within a minute${by}; retry after ${seconds}s`,
    },
    { 'Retry-After': String(seconds) },
  );
}
