import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';
import type { CredentialUse, Store } from '@stacyvm/store';

export interface CredentialRecorderOptions {
  readonly store: Pick<Store, 'credentialUses'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** Counts which worker used which credential, and writes it down from time to time. */
export interface CredentialRecorder {
  note(use: Omit<CredentialUse, 'seenAt' | 'count'>): void;
  /** Writes down all that was counted. @throws StoreError, and then it is kept for later */
  flush(): Promise<void>;
  start(): BackgroundWork;
}

interface Counted {
  readonly use: CredentialUse;
  count: number;
  /** Until it is written for the first time. */
  firstSeenAt: Date | undefined;
  lastSeenAt: Date;
  /** Milliseconds since 1970. */
  writtenAt: number;
}

const LOOK_INTERVAL_MS = 1_000;
/** How often the same credential of a worker is written at most. */
const WRITE_INTERVAL_MS = 10_000;
/** A shared token proves any id, so the ids are not bounded by the fleet. */
const MAX_COUNTED = 100_000;

export function createCredentialRecorder({
  store,
  logger,
  clock,
}: CredentialRecorderOptions): CredentialRecorder {
  const counted = new Map<string, Counted>();

  let writing: Promise<void> = Promise.resolve();

  async function writeDue(isDue: (entry: Counted, now: number) => boolean): Promise<void> {
    const now = clock().getTime();
    const due = [...counted.values()]
      .filter((entry) => entry.count > 0 && isDue(entry, now))
      .map((entry) => ({ entry, count: entry.count }));
    if (due.length > 0) await store.credentialUses.record(due.flatMap(({ entry }) => usesOf(entry)));
    for (const { entry, count } of due) {
      // More may have been counted meanwhile.
      entry.count -= count;
      entry.firstSeenAt = undefined;
      entry.writtenAt = now;
    }
    for (const [key, { count, writtenAt }] of counted) {
      if (count === 0 && now - writtenAt > WRITE_INTERVAL_MS) counted.delete(key);
    }
  }

  /** One after the other, so that nothing is counted twice. */
  function write(isDue: (entry: Counted, now: number) => boolean): Promise<void> {
    writing = writing.catch(() => undefined).then(() => writeDue(isDue));
    return writing;
  }

  return {
    note(use) {
      const key = JSON.stringify([use.workerId, use.form, use.kind, use.keyRole, use.keyFingerprint]);
      const seenAt = clock();
      const known = counted.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.lastSeenAt = seenAt;
      } else if (counted.size < MAX_COUNTED) {
        counted.set(key, {
          use,
          count: 1,
          firstSeenAt: seenAt,
          lastSeenAt: seenAt,
          writtenAt: Number.NEGATIVE_INFINITY,
        });
      }
    },
    flush: () => write(() => true),
    start: () =>
      startBackgroundWork({
        name: 'recording the credentials of workers',
        intervalMs: LOOK_INTERVAL_MS,
        round: () => write(({ writtenAt }, now) => now - writtenAt >= WRITE_INTERVAL_MS),
        logger,
      }),
  };
}

function usesOf({ use, count, firstSeenAt, lastSeenAt }: Counted): readonly CredentialUse[] {
  if (firstSeenAt === undefined || count === 1) return [{ ...use, seenAt: lastSeenAt, count }];
  return [
    { ...use, seenAt: firstSeenAt, count: 1 },
    { ...use, seenAt: lastSeenAt, count: count - 1 },
  ];
}
