const KEEP_MS = 10_000;

/**
 * Counts at most once in ten seconds, however often it is asked; who asks meanwhile waits for the same count. While the
 * database is away the last count stands.
 */
export function createRecentCount<T>(first: T, count: () => Promise<T>, clock: () => Date): () => Promise<T> {
  let known = new Promise<T>((resolve) => resolve(first));
  let countedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock().getTime();
    if (now - countedAt >= KEEP_MS) {
      countedAt = now;
      const before = known;
      // The other metrics tell about an outage.
      known = count().catch(() => before);
    }
    return known;
  };
}
