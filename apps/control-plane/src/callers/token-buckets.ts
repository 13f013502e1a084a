/** How much may be taken from a bucket: `capacity` at once, then `perSecond`, fractions included. */
export interface BucketSize {
  readonly capacity: number;
  readonly perSecond: number;
}

export interface Taking {
  readonly taken: boolean;
  /** Whole tokens that are left. */
  readonly left: number;
  /** Whole seconds until there is a token again, at least 1; 0 when one was taken. */
  readonly retryAfterSeconds: number;
}

/** Buckets by key. A bucket that nobody knows is full, so a full one need not be kept. */
export interface TokenBuckets {
  take(key: string): Taking;
  /** Keeps what is in the buckets, as far as it fits. */
  resize(size: BucketSize): void;
  /** How many are not full, and how many were forgotten before they were because there were too many. */
  count(): { readonly kept: number; readonly evicted: number };
}

interface Bucket {
  readonly tokens: number;
  /** Milliseconds of the clock. */
  readonly at: number;
}

/**
 * Buckets in memory, at most `maxBuckets` of them: beyond that the one goes that was asked for the longest ago.
 *
 * @param now milliseconds that only grow
 */
export function createTokenBuckets(
  initial: BucketSize,
  maxBuckets: number,
  now: () => number = () => performance.now(),
): TokenBuckets {
  // In the order of their last use: what is taken from is put at the end.
  const buckets = new Map<string, Bucket>();
  let size = initial;
  let evicted = 0;

  function tokensIn(bucket: Bucket | undefined, at: number): number {
    if (bucket === undefined) return size.capacity;
    return Math.min(size.capacity, bucket.tokens + ((at - bucket.at) / 1000) * size.perSecond);
  }

  /** Each bucket is forgotten once, so this costs nothing in the long run. */
  function forgetFull(at: number): void {
    for (const [key, bucket] of buckets) {
      if (tokensIn(bucket, at) < size.capacity) return;
      buckets.delete(key);
    }
  }

  return {
    take(key) {
      const at = now();
      forgetFull(at);
      const tokens = tokensIn(buckets.get(key), at);
      const taken = tokens >= 1;
      const left = taken ? tokens - 1 : tokens;
      buckets.delete(key);
      buckets.set(key, { tokens: left, at });
      if (buckets.size > maxBuckets) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
        evicted += 1;
      }
      const retryAfterSeconds = taken ? 0 : secondsToToken(left, size);
      return { taken, left: Math.floor(left), retryAfterSeconds };
    },
    resize(next) {
      size = next;
    },
    count() {
      forgetFull(now());
      return { kept: buckets.size, evicted };
    },
  };
}

/** Whole seconds until a bucket with less than one token has one again, at least 1. */
export function secondsToToken(tokens: number, { perSecond }: BucketSize): number {
  return Math.max(Math.ceil((1 - tokens) / perSecond), 1);
}
