import { LIVE_SANDBOX_STATES, type Store } from '@stacyvm/store';
import { createRecentCount } from './recent-count.js';

/** Counts sandboxes by state, at most once in ten seconds. */
export function createSandboxCounts(
  store: Pick<Store, 'sandboxes'>,
  clock: () => Date,
): () => Promise<ReadonlyMap<string, number>> {
  return createRecentCount<ReadonlyMap<string, number>>(new Map(), () => count(store), clock);
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
