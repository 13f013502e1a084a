import { randomUUID } from 'node:crypto';
import type { Store, WorkerRecord } from '@stacyvm/store';
import { type BackgroundWork, startBackgroundWork } from './background-work.js';
import type { Clock, Logger } from './host.js';
import { isStale, STALE_AFTER_MS } from './placement.js';

const BEAT_MS = 5_000;
/** A control plane that was not there for longer may have missed heartbeats. */
const GAP_MS = 20_000;

export interface PresenceStatus {
  /** Control planes that are there, as this one knows. */
  readonly controlPlanes: number;
  /** Milliseconds for which one of them has listened without a gap. */
  readonly listeningMs: number;
}

/**
 * Since when heartbeats could be heard at all. A worker is taken for dead only when a control plane was there for the whole
 * time of its silence: not after an outage of ours, and not by one that cannot reach the database.
 */
export interface FleetPresence {
  isStale(worker: Pick<WorkerRecord, 'lastHeartbeat'>): boolean;
  /** Who was last heard of before this was taken for dead; undefined: nobody can have been. */
  staleBefore(): Date | undefined;
  status(): PresenceStatus;
  /** Begins to say that this control plane is there; the end of the work takes it out. */
  start(): BackgroundWork;
}

export function createFleetPresence({
  store,
  logger,
  clock,
  id = `cp-${randomUUID()}`,
}: {
  readonly store: Pick<Store, 'controlPlanes'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly id?: string | undefined;
}): FleetPresence {
  let known: { readonly at: Date; readonly listeningSince: Date; readonly controlPlanes: number } | undefined;

  const current = () => {
    const now = clock();
    return known === undefined || now.getTime() - known.at.getTime() > GAP_MS
      ? { listeningSince: now, controlPlanes: 0 }
      : known;
  };

  return {
    isStale: (worker) => isStale(worker, clock(), current().listeningSince),
    staleBefore() {
      const before = new Date(clock().getTime() - STALE_AFTER_MS);
      return current().listeningSince <= before ? before : undefined;
    },
    status() {
      const { listeningSince, controlPlanes } = current();
      return { controlPlanes, listeningMs: Math.max(clock().getTime() - listeningSince.getTime(), 0) };
    },
    start() {
      const beats = startBackgroundWork({
        name: 'telling that this control plane is there',
        intervalMs: BEAT_MS,
        round: async () => {
          const presence = await store.controlPlanes.beat({ id, gapMs: GAP_MS });
          known = { ...presence, at: clock() };
        },
        logger,
      });
      return {
        runOnce: beats.runOnce,
        async stop() {
          await beats.stop();
          known = undefined;
          // Whoever cannot be taken out is gone after the gap.
          await store.controlPlanes.leave(id).catch((error: unknown) => {
            logger.debug('this control plane was not taken out', { error });
          });
        },
      };
    },
  };
}
