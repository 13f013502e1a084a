import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork } from '@stacyvm/orchestrator';
import type { AuditSinkRecord, Store } from '@stacyvm/store';

const INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
/** Far longer than control planes take to look again, and for a fleet to be restarted. */
const UNSERVED_AFTER_MS = 600_000;
const REMIND_MS = 3_600_000;

export interface UnservedSinksOptions {
  readonly store: Pick<Store, 'auditSinks'>;
  /** `audit.sink_hold`. */
  readonly holdMs: number;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** Warns of sinks that no control plane delivers to any more, and forgets them when pruning waits for them no longer. */
export function watchUnservedSinks({ store, holdMs, logger, clock }: UnservedSinksOptions): BackgroundWork {
  const warnedAt = new Map<string, number>();

  function warn({ id, name, holder, seenAt, waitingRecords }: AuditSinkRecord): void {
    const now = clock().getTime();
    const isServed = now - seenAt.getTime() < UNSERVED_AFTER_MS;
    if (isServed || waitingRecords === 0 || now - (warnedAt.get(id) ?? 0) < REMIND_MS) return;
    warnedAt.set(id, now);
    logger.warn('no control plane delivers to an audit sink; pruning of the audit waits for it', {
      sink: name,
      last_holder: holder,
      last_seen: seenAt.toISOString(),
      waiting_records: waitingRecords,
      fix: 'configure it again in audit.sinks; when it is gone for good it is forgotten after audit.sink_hold',
    });
  }

  return startBackgroundWork({
    name: 'watch over audit sinks',
    intervalMs: INTERVAL_MS,
    async round() {
      const forgotten = await store.auditSinks.forget({ unseenMs: Math.max(holdMs, DAY_MS) });
      for (const sink of forgotten) {
        logger.warn('an audit sink that no control plane delivers to is forgotten', { sink });
      }
      for (const sink of await store.auditSinks.list()) warn(sink);
    },
    logger,
  });
}
