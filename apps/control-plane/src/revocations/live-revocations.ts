import type { Logger } from '@stacyvm/logging';
import type { BackgroundWork } from '@stacyvm/orchestrator';
import type { Store, TokenRevocationRecord } from '@stacyvm/store';
import type { RevocationCheck } from '@stacyvm/token';
import { createRevocationList, type RevocationFeed } from '@stacyvm/worker-rpc';
import { createFollowedList } from './followed-list.js';
import { configuredTokenIds, entryOf, feedOf } from './revocation-entries.js';

export interface LiveRevocationsOptions {
  readonly store: Pick<Store, 'tokenRevocations'>;
  /** `auth.worker_revoked_token_ids`. */
  readonly tokenIds: readonly string[];
  readonly logger: Logger;
  readonly clock: () => Date;
}

export interface RevocationsStatus {
  /** Of the database's list, the same on every control plane that knows the same. */
  readonly version: number;
  readonly entries: number;
  /** Since the database was last asked with success. */
  readonly ageMs: number;
}

/** What is revoked, by the database and by the configuration, as this control plane knows it. */
export interface LiveRevocations {
  readonly isRevoked: RevocationCheck;
  isWorkerRevoked(workerId: string, at: Date): boolean;
  /** The whole list for workers. */
  feed(): RevocationFeed;
  /** Asks the database now. What was changed before the call is in force when it returns. @throws StoreError */
  refresh(): Promise<void>;
  /** The same after a change, which is made already. Never fails. */
  putInForce(): Promise<void>;
  /** Puts other token ids of the configuration in force. */
  configure(tokenIds: readonly string[]): void;
  status(): RevocationsStatus;
  /** Asks each second; `onChange` is called at once, and after every change of the list. */
  start(onChange: () => Promise<void>): BackgroundWork;
}

/**
 * Loads what is revoked.
 *
 * @throws StoreError when that cannot be known: without the list nobody may be let in
 */
export async function loadRevocations(options: LiveRevocationsOptions): Promise<LiveRevocations> {
  const { store, logger, clock } = options;
  const list = createRevocationList();
  let configured: readonly string[] = [];
  let records: readonly TokenRevocationRecord[] = [];
  let feed = feedOf([]);
  let listener = async (): Promise<void> => undefined;
  let telling: Promise<void> = Promise.resolve();
  const followed = createFollowedList({
    what: 'revocations',
    snapshot: (known) => store.tokenRevocations.snapshot(known),
    takeOver(snapshot) {
      records = snapshot.revocations;
      takeOver();
    },
    logger,
    clock,
  });

  function configure(listed: readonly string[]): void {
    const { tokenIds, unusable } = configuredTokenIds(listed);
    configured = tokenIds;
    if (unusable > 0) {
      logger.warn('auth.worker_revoked_token_ids has entries that are no token ids', { unusable });
    }
  }

  function takeOver(): void {
    const previous = feed.version;
    feed = feedOf([
      ...records.map(entryOf),
      ...configured.map((tokenId) => ({ kind: 'token', tokenId }) as const),
    ]);
    list.replace(feed.version, feed.entries);
    if (feed.version === previous) return;
    logger.info('revocations changed', { entries: list.size, version: followed.version() });
    tell();
  }

  /** Nobody waits for it: the next change must be seen in time, however long the consequences of this one take. */
  function tell(): void {
    telling = telling.then(listener).catch((error: unknown) => {
      logger.error('revocations are not enforced on open calls', { error });
    });
  }

  configure(options.tokenIds);
  await followed.refresh();

  return {
    isRevoked: list.isRevoked,
    isWorkerRevoked: list.isWorkerRevoked,
    feed: () => feed,
    refresh: followed.refresh,
    putInForce: followed.putInForce,
    configure(tokenIds) {
      configure(tokenIds);
      takeOver();
    },
    status: () => ({
      version: followed.version() ?? 0,
      entries: list.size,
      ageMs: followed.ageMs(),
    }),
    start(onChange) {
      listener = onChange;
      // Whatever was revoked while nobody listened.
      tell();
      const polling = followed.start();
      return {
        runOnce: polling.runOnce,
        async stop() {
          await polling.stop();
          await telling;
        },
      };
    },
  };
}
