import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';

/** A list that the database keeps under a version, as this control plane knows it. */
export interface FollowedList {
  /** Asks the database now. What was changed before the call is in force when it returns. @throws StoreError */
  refresh(): Promise<void>;
  /** The same after a change, which every control plane will see: that this one does so at once is a courtesy. Never fails. */
  putInForce(): Promise<void>;
  /** Undefined until the database has told it for the first time. */
  version(): number | undefined;
  /** Milliseconds since the database was last asked with success. */
  ageMs(): number;
  /** Asks each second. */
  start(): BackgroundWork;
}

export interface FollowedListOptions<Snapshot> {
  /** What the list is of, such as `revocations`, for the log. */
  readonly what: string;
  /** Undefined when the version is still the known one. */
  readonly snapshot: (known: number | undefined) => Promise<Snapshot | undefined>;
  /** Puts another version in force. */
  readonly takeOver: (snapshot: Snapshot) => void;
  readonly logger: Logger;
  readonly clock: () => Date;
}

const POLL_INTERVAL_MS = 1_000;
const REPORT_AGAIN_MS = 60_000;

/** Follows a list, of which nothing is known before the first `refresh`. While the database is away the last one stays in force. */
export function createFollowedList<Snapshot extends { readonly version: number }>({
  what,
  snapshot,
  takeOver,
  logger,
  clock,
}: FollowedListOptions<Snapshot>): FollowedList {
  let version: number | undefined;
  let askedAt = clock();
  let asking: Promise<void> = Promise.resolve();

  async function ask(): Promise<void> {
    const latest = await snapshot(version);
    askedAt = clock();
    if (latest === undefined) return;
    version = latest.version;
    takeOver(latest);
  }

  function refresh(): Promise<void> {
    // One after the other: an answer that was asked for earlier must not come in later.
    asking = asking.catch(() => undefined).then(ask);
    return asking;
  }

  return {
    refresh,
    async putInForce() {
      try {
        await refresh();
      } catch (error) {
        logger.warn(`a change of the ${what} is not in force here yet`, { error });
      }
    },
    version: () => version,
    ageMs: () => Math.max(clock().getTime() - askedAt.getTime(), 0),
    start() {
      let reportedAt = 0;
      const report = (error: unknown): void => {
        if (clock().getTime() - reportedAt < REPORT_AGAIN_MS) return;
        reportedAt = clock().getTime();
        logger.warn(`${what} cannot be read; the last known ones stay in force`, {
          last_read: askedAt.toISOString(),
          error,
        });
      };
      return startBackgroundWork({
        name: `reading the ${what}`,
        intervalMs: POLL_INTERVAL_MS,
        async round() {
          try {
            await refresh();
            if (reportedAt > 0) logger.info(`${what} can be read again`, { version });
            reportedAt = 0;
          } catch (error) {
            report(error);
          }
        },
        logger,
      });
    },
  };
}
