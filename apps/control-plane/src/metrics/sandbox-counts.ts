import { LIVE_SANDBOX_STATES, type Store } from '@stacyvm/store';

const KEEP_MS = 10_000;

/** Counts sandboxes by state, at most once in ten seconds. While the database is away the last counts stand. */
export function createSandboxCounts(
  store: Pick<Store, 'sandboxes'>,
  clock: () => Date,
): () => Promise<ReadonlyMap<string, number>> {
  let known: ReadonlyMap<string, number> = new Map();
  let countedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock().getTime();
    if (now - countedAt < KEEP_MS) return known;
    countedAt = now;
    try {
      known = await count(store);
    } catch {
      // The other metrics tell about the outage.
    }
    return known;
  };
}

async function count(store: Pick<Store, 'sandboxes'>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>(LIVE_SANDBOX_STATES.map((state) => [state, 0]));
  let after: string | undefined;
  do {
    const page = await store.sandboxes.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { state } of page.items) counts.set(state, (counts.get(state) ?? 0) + 1);
    after = page.nextCursor;
  } while (after !== undefined);
  return counts;
}
