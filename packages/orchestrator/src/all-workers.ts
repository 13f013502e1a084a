import type { Store, WorkerRecord } from '@stacyvm/store';

/** Every worker, by id, read page by page. */
export async function allWorkers(store: Pick<Store, 'workers'>): Promise<readonly WorkerRecord[]> {
  const workers: WorkerRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.workers.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    workers.push(...page.items);
    after = page.nextCursor;
  } while (after !== undefined);
  return workers;
}
