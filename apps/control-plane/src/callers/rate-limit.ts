import type { Principal } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import { RequestError } from '../http-errors.js';
import type { ReloadedPart } from '../settings-reload.js';
import { networkOf } from './client-address.js';
import type { SharedBuckets } from './shared-buckets.js';
import { type BucketSize, createTokenBuckets, type Taking, type TokenBuckets } from './token-buckets.js';

/** What a request was counted as. */
export interface RateVerdict extends Taking {
  /** The most that a caller may ask at once. */
  readonly limit: number;
}

export interface RateLimitStatus {
  readonly enabled: boolean;
  readonly requestsPerMinute: number;
  readonly burst: number;
  readonly keyBy: Settings['rate_limit.key_by'];
  /** Callers who have asked lately. */
  readonly activeBuckets: number;
  readonly maxBuckets: number;
  readonly allowed: number;
  readonly limited: number;
  /** Callers that were forgotten because there were too many. */
  readonly evicted: number;
  /** Whether all control planes count together at the moment. */
  readonly shared: boolean;
}

/** How many requests a caller may make (`rate_limit.*`). Undefined verdicts: there is no limit. */
export interface RateLimit extends ReloadedPart {
  /** Counts a request of somebody who is known, by `rate_limit.key_by`. */
  ofCaller(principal: Principal, address: string): Promise<RateVerdict | undefined>;
  /**
   * Counts a request without a credential, or with one that does not hold, against its address. Known callers at the
   * same address are counted apart, so that nobody can lock them out.
   */
  ofUnknown(address: string): Promise<RateVerdict | undefined>;
  /** Counts a request of anybody in a tenant, beside that of the caller. */
  ofTenant(tenantId: string): Promise<RateVerdict | undefined>;
  /** From now on what passes here is counted there as well, and both must agree. */
  shareBy(shared: Pick<SharedBuckets, 'take' | 'status'>): void;
  status(): RateLimitStatus;
}

/** Of known callers, of addresses of unknown ones, and of tenants. About 40 MB when all are full. */
const MAX_BUCKETS = 50_000;

export function createRateLimit(settings: Settings, now?: () => number): RateLimit {
  let current = limitOf(settings);
  const callers = createTokenBuckets(current, MAX_BUCKETS, now);
  const strangers = createTokenBuckets(current, MAX_BUCKETS, now);
  const tenants = createTokenBuckets(current.ofTenant ?? current, MAX_BUCKETS, now);
  let shared: Pick<SharedBuckets, 'take' | 'status'> | undefined;
  let allowed = 0;
  let limited = 0;

  /** Its own buckets first: what these refuse, all together would refuse, and a flood costs the database nothing. */
  async function verdictOf(
    kind: string,
    key: string,
    own: TokenBuckets,
    size: BucketSize,
  ): Promise<RateVerdict> {
    const { capacity, perSecond } = size;
    let taking: Taking = own.take(key);
    if (taking.taken) taking = (await shared?.take(kind, key, { capacity, perSecond })) ?? taking;
    if (taking.taken) allowed += 1;
    else limited += 1;
    return { ...taking, limit: capacity };
  }

  return {
    async ofCaller(principal, address) {
      if (!current.enabled) return undefined;
      const { keyBy } = current;
      return verdictOf(`caller by ${keyBy}`, keyOf(keyBy, principal, address), callers, current);
    },
    async ofUnknown(address) {
      return current.enabled ? verdictOf('stranger', networkOf(address), strangers, current) : undefined;
    },
    async ofTenant(tenantId) {
      const { enabled, ofTenant } = current;
      return enabled && ofTenant ? verdictOf('tenant', tenantId, tenants, ofTenant) : undefined;
    },
    shareBy(buckets) {
      shared = buckets;
    },
    prepare(next) {
      const limit = limitOf(next);
      return () => {
        current = limit;
        for (const buckets of [callers, strangers]) buckets.resize(limit);
        tenants.resize(limit.ofTenant ?? limit);
      };
    },
    status() {
      const counts = [callers, strangers, tenants].map((buckets) => buckets.count());
      const sum = (what: 'kept' | 'evicted') => counts.reduce((all, count) => all + count[what], 0);
      return {
        enabled: current.enabled,
        requestsPerMinute: current.requestsPerMinute,
        burst: current.capacity,
        keyBy: current.keyBy,
        activeBuckets: sum('kept'),
        maxBuckets: counts.length * MAX_BUCKETS,
        allowed,
        limited,
        evicted: sum('evicted'),
        shared: shared?.status().shared ?? false,
      };
    },
  };
}

/** What a caller reads about the limit, whether it has been reached or not. */
export function rateHeaders({ limit, left }: RateVerdict): Readonly<Record<string, string>> {
  return { 'X-RateLimit-Limit': String(limit), 'X-RateLimit-Remaining': String(left) };
}

/** HTTP 429 `rate_limited`, with Retry-After. */
export function rateLimited({ retryAfterSeconds }: RateVerdict): RequestError {
  return new RequestError(
    {
      status: 429,
      code: 'RESOURCE_LIMIT',
      reason: 'rate_limited',
      message: `rate limit exceeded; retry after ${retryAfterSeconds}s`,
    },
    { 'Retry-After': String(retryAfterSeconds) },
  );
}

interface Limit extends BucketSize {
  readonly enabled: boolean;
  readonly keyBy: Settings['rate_limit.key_by'];
  readonly requestsPerMinute: number;
  readonly ofTenant: BucketSize | undefined;
}

function limitOf(settings: Settings): Limit {
  const requestsPerMinute = settings['rate_limit.requests_per_minute'];
  const ofTenant = settings['rate_limit.tenant_requests_per_minute'];
  return {
    enabled: settings['rate_limit.enabled'],
    keyBy: settings['rate_limit.key_by'],
    requestsPerMinute,
    capacity: settings['rate_limit.burst'] || requestsPerMinute,
    perSecond: requestsPerMinute / 60,
    ofTenant: ofTenant === 0 ? undefined : { capacity: ofTenant, perSecond: ofTenant / 60 },
  };
}

function keyOf(keyBy: Limit['keyBy'], principal: Principal, address: string): string {
  switch (keyBy) {
    case 'owner':
      return principal.id;
    case 'api_key':
      return principal.credentialId;
    case 'ip':
      return networkOf(address);
  }
}
