import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@stacyvm/logging';
import { type EventPosition, FIRST_EVENT, type ReadEvents, type Store } from '@stacyvm/store';
import type { Response } from 'express';
import { unavailable } from '../http-errors.js';
import { endWith, pacedWrite } from '../paced-write.js';
import type { EventWakeup } from './event-wakeup.js';
import { endedText, eventText, overflowText } from './event-wire.js';

export interface EventStreamsOptions {
  readonly store: Pick<Store, 'sandboxEvents'>;
  readonly wakeup: Pick<EventWakeup, 'next' | 'hints'>;
  readonly logger: Pick<Logger, 'debug'>;
  readonly clock: () => Date;
  readonly limits?: Partial<typeof STREAM_LIMITS>;
}

/** What a reader wants to hear of. */
export interface EventSubscription extends Pick<ReadEvents, 'sandboxId' | 'tenantId'> {
  /** Behind what it has read already. */
  readonly after: EventPosition | undefined;
  /** Whether to wait for what is to come; otherwise what is kept is all. */
  readonly follow: boolean;
  /** Fires when the reader is gone, or may read no longer. */
  readonly signal: AbortSignal;
  /** Why the reader may read no longer; undefined while it may. */
  readonly revoked: () => string | undefined;
}

/** Streams of events, each with a place of its own in the database: a reader who is slow costs no memory and loses nothing that is kept. */
export interface EventStreams {
  /** Answers until the reader is gone, or has been served for so long that its credential is to be looked at again. */
  serve(subscription: EventSubscription, response: Response): Promise<void>;
  readers(): number;
  /** Ends all streams; readers resume elsewhere. */
  close(): void;
}

export const STREAM_LIMITS = {
  readers: 256,
  /** Of one tenant, so that none takes the places of all others. */
  readersOfTenant: 64,
  heartbeatMs: 15_000,
  /** How long a reader may take nothing. */
  stallMs: 60_000,
  /** Who reads on is asked for its credential again. */
  longestMs: 15 * 60_000,
  /** Hints that come in quick succession are served together. */
  gatherMs: 50,
};
const BATCH = 500;

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { store, wakeup, logger, clock } = options;
  const limits = { ...STREAM_LIMITS, ...options.limits };
  const closing = new AbortController();
  let readers = 0;
  const ofTenants = new Map<string, number>();

  return {
    async serve(subscription, response) {
      const tenant = subscription.tenantId ?? '';
      const ofTenant = ofTenants.get(tenant) ?? 0;
      const isFull = readers >= limits.readers || (tenant !== '' && ofTenant >= limits.readersOfTenant);
      if (isFull || closing.signal.aborted) {
        throw unavailable('too_many_readers', 'too many streams of events are open; try again later');
      }
      readers += 1;
      ofTenants.set(tenant, ofTenant + 1);
      try {
        await serve(subscription, response);
      } finally {
        readers -= 1;
        const others = (ofTenants.get(tenant) ?? 1) - 1;
        if (others === 0) ofTenants.delete(tenant);
        else ofTenants.set(tenant, others);
      }
    },
    readers: () => readers,
    close: () => closing.abort(),
  };

  async function serve(subscription: EventSubscription, response: Response): Promise<void> {
    const longest = new AbortController();
    // `AbortSignal.any` does not keep an `AbortSignal.timeout`: Node 20 collects it as garbage, and it never fires.
    const timer = setTimeout(() => longest.abort(), limits.longestMs);
    try {
      await tell(
        subscription,
        response,
        AbortSignal.any([subscription.signal, closing.signal, longest.signal]),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async function tell(
    subscription: EventSubscription,
    response: Response,
    signal: AbortSignal,
  ): Promise<void> {
    const { after, follow, sandboxId, tenantId } = subscription;
    const overflows = after !== undefined && (await isLost(after));
    let position = after ?? (follow ? await store.sandboxEvents.now() : FIRST_EVENT);
    response.status(200).set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.set('X-Accel-Buffering', 'no').flushHeaders();
    const write = writer(response, limits.stallMs, signal);
    await write(`retry: 2000\n\n${overflows ? overflowText(position, clock()) : ''}`);

    let spokeAt = performance.now();
    while (!signal.aborted) {
      const hintsBefore = wakeup.hints();
      const events = await read({ after: position, limit: BATCH, sandboxId, tenantId }, follow);
      if (events.length > 0) {
        await write(events.map(eventText).join(''));
        position = events.at(-1)?.position ?? position;
        spokeAt = performance.now();
      } else if (performance.now() - spokeAt >= limits.heartbeatMs) {
        await write(': still here\n\n');
        spokeAt = performance.now();
      }
      if (events.length === BATCH) continue;
      if (!follow) break;
      if (wakeup.hints() === hintsBefore) await wakeup.next(signal);
      await delay(limits.gatherMs, undefined, { signal }).catch(() => undefined);
    }
    const reason = subscription.revoked();
    if (reason === undefined) response.end();
    else endWith(response, endedText(position, clock(), reason));
  }

  /** Where it was, in a database that was restored since, or whose events of that time are forgotten. */
  async function isLost(after: EventPosition): Promise<boolean> {
    if (after.id !== 0) return !(await store.sandboxEvents.isKept(after));
    return after.xact > (await store.sandboxEvents.now()).xact;
  }

  /** While the database is away a stream that follows stays open, and goes on where it was. */
  async function read(request: ReadEvents, follow: boolean) {
    try {
      return await store.sandboxEvents.read(request);
    } catch (error) {
      if (!follow) throw error;
      logger.debug('events not read', { error });
      return [];
    }
  }
}

/** Waits for a slow reader, for a while. */
function writer(response: Response, stallMs: number, signal: AbortSignal) {
  return async (text: string): Promise<void> => {
    if (signal.aborted || response.destroyed) return;
    try {
      await pacedWrite(response, text, { stallMs, gone: signal });
    } catch (error) {
      // The stream has been ended from outside; there is nothing left to say.
      if (!signal.aborted) throw error;
    }
  };
}
