import type { SandboxRecord, Store } from '@stacyvm/store';

/** Every sandbox of a worker that is not destroyed, newest first, read page by page. */
export async function sandboxesOf(
  store: Pick<Store, 'sandboxes'>,
  workerId: string,
): Promise<readonly SandboxRecord[]> {
  const sandboxes: SandboxRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.sandboxes.list({
      workerId,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    sandboxes.push(...page.items);
    after = page.nextCursor;
  } while (after !== undefined);
  return sandboxes;
}
