import type { Store, WorkerRecord } from '@stacyvm/store';

/** More workers than this have no series of their own: a registry of metrics is no place for a fleet without end. */
const MAX_WORKERS = 1000;

/**
 * The first thousand workers by id, each with the credential of its last heartbeat. While the database is away the
 * workers that were read last stand.
 */
export function createShownWorkers(store: Pick<Store, 'workers'>): () => Promise<readonly WorkerRecord[]> {
  let known: readonly WorkerRecord[] = [];
  return async () => {
    try {
      known = (await store.workers.list({ limit: MAX_WORKERS })).items;
    } catch {
      // The other metrics tell about the outage.
    }
    return known;
  };
}

/** What a series of a worker says of its credential. */
export function credentialLabels({ id, credential }: WorkerRecord): Readonly<Record<string, string>> {
  return {
    worker_id: id,
    form: credential?.form ?? '',
    kind: credential?.kind ?? '',
    key_role: credential?.keyRole ?? '',
    key_fingerprint: credential?.keyFingerprint ?? '',
    profile: credential?.profile ?? '',
  };
}
