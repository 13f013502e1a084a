import type { BearerRevocationCheck } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import type { RevocationsStatus } from '../revocations/live-revocations.js';
import { revokedBearers } from './revoked-bearers.js';

/** Which bearer tokens are revoked, as this control plane knows it. */
export interface BearerRevocations {
  readonly isRevoked: BearerRevocationCheck;
  /** Asks the database now. What was changed before the call is in force when it returns. @throws StoreError */
  refresh(): Promise<void>;
  status(): RevocationsStatus;
  /** Asks each second. */
  start(): BackgroundWork;
}

export interface BearerRevocationsOptions {
  readonly store: Pick<Store, 'principalRevocations'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}

const POLL_INTERVAL_MS = 1_000;
const REPORT_AGAIN_MS = 60_000;

/**
 * Loads what is revoked. While the database is away later, the last that it said stays in force.
 *
 * @throws StoreError when that cannot be known: without the list nobody may be let in
 */
export async function loadBearerRevocations(options: BearerRevocationsOptions): Promise<BearerRevocations> {
  const { store, logger, clock } = options;
  let revoked = revokedBearers([]);
  let version: number | undefined;
  let askedAt = clock();
  let asking: Promise<void> = Promise.resolve();

  async function ask(): Promise<void> {
    const snapshot = await store.principalRevocations.snapshot(version);
    askedAt = clock();
    if (snapshot === undefined) return;
    const isFirst = version === undefined;
    version = snapshot.version;
    revoked = revokedBearers(snapshot.revocations);
    if (!isFirst) logger.info('revocations of bearer tokens changed', { entries: revoked.entries, version });
  }

  function refresh(): Promise<void> {
    // One after the other: an answer that was asked for earlier must not come in later.
    asking = asking.catch(() => undefined).then(ask);
    return asking;
  }

  await refresh();

  return {
    isRevoked: (bearer) => revoked.has(bearer),
    refresh,
    status: () => ({
      version: version ?? 0,
      entries: revoked.entries,
      ageMs: Math.max(clock().getTime() - askedAt.getTime(), 0),
    }),
    start() {
      let reportedAt = 0;
      return startBackgroundWork({
        name: 'reading the revocations of bearer tokens',
        intervalMs: POLL_INTERVAL_MS,
        async round() {
          try {
            await refresh();
            reportedAt = 0;
          } catch (error) {
            if (clock().getTime() - reportedAt < REPORT_AGAIN_MS) return;
            reportedAt = clock().getTime();
            logger.warn('revocations of bearer tokens cannot be read; the last known ones stay in force', {
              last_read: askedAt.toISOString(),
              error,
            });
          }
        },
        logger,
      });
    },
  };
}
