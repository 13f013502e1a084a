import type { BearerRevocationCheck } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import type { BackgroundWork } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import { createFollowedList } from '../revocations/followed-list.js';
import type { RevocationsStatus } from '../revocations/live-revocations.js';
import { revokedBearers } from './revoked-bearers.js';

/** Which bearer tokens are revoked, as this control plane knows it. */
export interface BearerRevocations {
  readonly isRevoked: BearerRevocationCheck;
  /** Has `listener` called whenever something else is revoked than before, and tells of nothing but that. */
  onChange(listener: () => void): void;
  /** Asks the database now, after a change that is made already. Never fails. */
  putInForce(): Promise<void>;
  status(): RevocationsStatus;
  /** Asks each second. */
  start(): BackgroundWork;
}

export interface BearerRevocationsOptions {
  readonly store: Pick<Store, 'principalRevocations'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/**
 * Loads what is revoked. While the database is away later, the last that it said stays in force.
 *
 * @throws StoreError when that cannot be known: without the list nobody may be let in
 */
export async function loadBearerRevocations(options: BearerRevocationsOptions): Promise<BearerRevocations> {
  const { store, logger, clock } = options;
  let revoked = revokedBearers([]);
  let isLoaded = false;
  const listeners: (() => void)[] = [];
  const followed = createFollowedList({
    what: 'revocations of bearer tokens',
    snapshot: (known) => store.principalRevocations.snapshot(known),
    takeOver({ version, revocations }) {
      revoked = revokedBearers(revocations);
      if (isLoaded)
        logger.info('revocations of bearer tokens changed', { entries: revoked.entries, version });
      for (const listener of listeners) listener();
    },
    logger,
    clock,
  });

  await followed.refresh();
  isLoaded = true;

  return {
    isRevoked: (bearer) => revoked.has(bearer),
    onChange: (listener) => void listeners.push(listener),
    putInForce: followed.putInForce,
    status: () => ({
      version: followed.version() ?? 0,
      entries: revoked.entries,
      ageMs: followed.ageMs(),
    }),
    start: followed.start,
  };
}
