import type { Store } from '@stacyvm/store';
import type { Logger } from './host.js';

/** Far more than clocks that are kept in step ever differ by; a worker is taken for dead after two minutes. */
export const MAX_CLOCK_LEAD_MS = 30_000;

/** Keeps work from being done by a clock that is wrong. */
export interface ClockGuard {
  /** The same work, which is left out while the clocks differ: another control plane, whose clock is right, does it then. */
  guarded(work: (signal: AbortSignal) => Promise<void>): (signal: AbortSignal) => Promise<void>;
}

/**
 * Sandboxes expire, workers are taken for dead and spawns for abandoned by the clock of whichever control plane looks. One whose clock
 * jumps would destroy the sandboxes of the whole fleet, so that its clock is compared with that of the database, which is everybody's.
 *
 * @param maxLeadMs either way; `Infinity` for a clock that is not meant to agree
 */
export function createClockGuard({
  store,
  maxLeadMs = MAX_CLOCK_LEAD_MS,
  logger,
}: {
  readonly store: Pick<Store, 'controlPlanes'>;
  readonly maxLeadMs?: number | undefined;
  readonly logger: Logger;
}): ClockGuard {
  let wasWrong = false;

  async function isRight(): Promise<boolean> {
    if (maxLeadMs === Number.POSITIVE_INFINITY) return true;
    const leadMs = await store.controlPlanes.clockLeadMs();
    const isWrong = Math.abs(leadMs) > maxLeadMs;
    if (isWrong && !wasWrong)
      logger.error('nothing expires here until the clock agrees with that of the database; set the clocks', {
        ahead_ms: leadMs,
      });
    if (wasWrong && !isWrong) logger.info('the clock agrees with that of the database again');
    wasWrong = isWrong;
    return !isWrong;
  }

  return {
    guarded: (work) => async (signal) => {
      if (await isRight()) await work(signal);
    },
  };
}
