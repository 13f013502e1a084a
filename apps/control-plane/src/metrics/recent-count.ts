const KEEP_MS = 10_000;

/** Counts at most once in ten seconds, however often it is asked. While the database is away the last count stands. */
export function createRecentCount<T>(first: T, count: () => Promise<T>, clock: () => Date): () => Promise<T> {
  let known = first;
  let countedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock().getTime();
    if (now - countedAt < KEEP_MS) return known;
    countedAt = now;
    try {
      known = await count();
    } catch {
      // The other metrics tell about the outage.
    }
    return known;
  };
}
