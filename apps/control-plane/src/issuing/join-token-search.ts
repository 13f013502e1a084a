import type { JoinTokenRecord, Store } from '@stacyvm/store';

/** What is known about a presented token before it is used up. */
export type JoinTokenOwner = 'worker' | 'other_worker' | 'unknown';

const PAGE = 1000;

/**
 * Whose a join token is, by its hash: a token is used up by its own worker only. Another worker's is only recognised
 * among the newest thousand, which is enough to tell an operator what happened; beyond that it is unknown.
 */
export async function ownerOfJoinToken(
  store: Pick<Store, 'joinTokens'>,
  workerId: string,
  tokenHash: string,
): Promise<{ readonly owner: JoinTokenOwner; readonly record?: JoinTokenRecord }> {
  let after: string | undefined;
  do {
    const page = await store.joinTokens.list({
      workerId,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const record = page.items.find((token) => token.tokenHash === tokenHash);
    if (record !== undefined) return { owner: 'worker', record };
    after = page.nextCursor;
  } while (after !== undefined);
  const { items } = await store.joinTokens.list({ limit: PAGE });
  const record = items.find((token) => token.tokenHash === tokenHash);
  return record === undefined ? { owner: 'unknown' } : { owner: 'other_worker', record };
}
