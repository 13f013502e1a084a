/** Latencies in milliseconds, in buckets that are one per cent wide: memory does not grow with the length of a test. */
export interface LatencyHistogram {
  record(ms: number): void;
  /**
   * The latency that a share of those recorded does not exceed, at most one per cent too high; undefined without any.
   *
   * @param share from 0 to 1
   */
  quantile(share: number): number | undefined;
  /** The longest, exactly. */
  readonly max: number | undefined;
  readonly count: number;
}

const WIDTH = Math.log(1.01);
/** Shorter ones count as this long: nothing over a network is. */
const SHORTEST_MS = 0.01;

export function createLatencyHistogram(): LatencyHistogram {
  const buckets = new Map<number, number>();
  let count = 0;
  let max: number | undefined;

  return {
    record(ms) {
      const bucket = Math.ceil(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / WIDTH);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count += 1;
      max = Math.max(max ?? 0, ms);
    },
    quantile(share) {
      if (max === undefined) return undefined;
      const rank = Math.max(Math.ceil(share * count), 1);
      let seen = 0;
      for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
        seen += buckets.get(bucket) ?? 0;
        if (seen >= rank) return Math.min(SHORTEST_MS * Math.exp(bucket * WIDTH), max);
      }
      return max;
    },
    get max() {
      return max;
    },
    get count() {
      return count;
    },
  };
}
