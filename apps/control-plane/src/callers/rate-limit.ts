import type { Principal } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import { RequestError } from '../http-errors.js';
import type { ReloadedPart } from '../settings-reload.js';
import { networkOf } from './client-address.js';
import { type BucketSize, createTokenBuckets, type Taking } from './token-buckets.js';

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
}

/** How many requests a caller may make at this control plane (`rate_limit.*`). Undefined verdicts: there is no limit. */
export interface RateLimit extends ReloadedPart {
  /** Counts a request of somebody who is known, by `rate_limit.key_by`. */
  ofCaller(principal: Principal, address: string): RateVerdict | undefined;
  /**
   * Counts a request without a credential, or with one that does not hold, against its address. Known callers at the
   * same address are counted apart, so that nobody can lock them out.
   */
  ofUnknown(address: string): RateVerdict | undefined;
  status(): RateLimitStatus;
}

/** Of known callers, and again of addresses of unknown ones. About 25 MB when both are full. */
const MAX_BUCKETS = 50_000;

export function createRateLimit(settings: Settings, now?: () => number): RateLimit {
  let current = limitOf(settings);
  const callers = createTokenBuckets(current, MAX_BUCKETS, now);
  const strangers = createTokenBuckets(current, MAX_BUCKETS, now);
  let allowed = 0;
  let limited = 0;

  function verdictOf(taking: Taking): RateVerdict {
    if (taking.taken) allowed += 1;
    else limited += 1;
    return { ...taking, limit: current.capacity };
  }

  return {
    ofCaller(principal, address) {
      return current.enabled ? verdictOf(callers.take(keyOf(current.keyBy, principal, address))) : undefined;
    },
    ofUnknown(address) {
      return current.enabled ? verdictOf(strangers.take(networkOf(address))) : undefined;
    },
    prepare(next) {
      const limit = limitOf(next);
      return () => {
        current = limit;
        for (const buckets of [callers, strangers]) buckets.resize(limit);
      };
    },
    status() {
      const [known, unknown] = [callers.count(), strangers.count()];
      return {
        enabled: current.enabled,
        requestsPerMinute: current.requestsPerMinute,
        burst: current.capacity,
        keyBy: current.keyBy,
        activeBuckets: known.kept + unknown.kept,
        maxBuckets: 2 * MAX_BUCKETS,
        allowed,
        limited,
        evicted: known.evicted + unknown.evicted,
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
}

function limitOf(settings: Settings): Limit {
  const requestsPerMinute = settings['rate_limit.requests_per_minute'];
  return {
    enabled: settings['rate_limit.enabled'],
    keyBy: settings['rate_limit.key_by'],
    requestsPerMinute,
    capacity: settings['rate_limit.burst'] || requestsPerMinute,
    perSecond: requestsPerMinute / 60,
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
