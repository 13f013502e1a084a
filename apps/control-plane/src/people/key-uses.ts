import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';

/** Writes down when API keys of the database were last used, all of them in one statement from time to time. */
export interface KeyUses {
  note(keyId: string): void;
  /** Writes down what was noted. @throws StoreError, and then it is kept for later */
  flush(): Promise<void>;
  start(): BackgroundWork;
}

const INTERVAL_MS = 10_000;
/** In one statement. */
const BATCH = 1_000;

export function createKeyUses({
  store,
  logger,
  clock,
}: {
  readonly store: Pick<Store, 'apiKeys'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}): KeyUses {
  const lastUses = new Map<string, Date>();
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const uses = [...lastUses].map(([id, at]) => ({ id, at }));
    for (let start = 0; start < uses.length; start += BATCH) {
      const batch = uses.slice(start, start + BATCH);
      await store.apiKeys.touch(batch);
      // A key may have been used again meanwhile.
      for (const { id, at } of batch) if (lastUses.get(id) === at) lastUses.delete(id);
    }
  }

  function flush(): Promise<void> {
    writing = writing.catch(() => undefined).then(write);
    return writing;
  }

  return {
    note: (keyId) => void lastUses.set(keyId, clock()),
    flush,
    start: () =>
      startBackgroundWork({
        name: 'recording the uses of API keys',
        intervalMs: INTERVAL_MS,
        round: flush,
        logger,
      }),
  };
}
