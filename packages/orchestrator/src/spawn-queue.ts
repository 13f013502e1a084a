import { formatDuration } from '@stacyvm/duration';
import { StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';
import { createSpawnQueueTally, type SpawnQueueEvent, type SpawnQueueStats } from './spawn-queue-stats.js';
import { type Claim, createWaitingLine, noteUsedUp, type Scarcity, type UsedUp } from './waiting-line.js';

/** Other control planes end sandboxes as well, of which nothing is heard here. */
const POLL_MS = 500;

export interface SpawnQueueLimits {
  /** Spawns that may wait in this process; 0 lets none wait. */
  readonly maxWaiting: number;
  readonly timeoutMs: number;
}

/** An admission that was tried: it succeeded, or there is no room of this kind. */
export type Attempt<T> =
  | { readonly admitted: T }
  | { readonly scarcity: Scarcity; readonly refusal: OrchestratorError };

export interface Candidate<T> extends Omit<Claim, 'arrival'> {
  /** Its number by `arrive`, when something had to be found out about it first; else it arrives now. */
  readonly arrival?: number | undefined;
  /** Must be quick: nobody else who waits is tried meanwhile. */
  readonly attempt: () => Promise<Attempt<T>>;
  readonly signal?: AbortSignal | undefined;
}

export interface SpawnQueue<T> {
  /** The place in the order of all who come: whoever takes one before is first, however long the rest takes. */
  arrive(): number;
  /**
   * Admits the candidate as soon as there is room: at once, or in its turn. With a caller who goes away during an attempt
   * it may still be admitted.
   *
   * @throws OrchestratorError the refusal itself when there is no queue, else `spawn_queue_full`, `spawn_queue_timeout`
   *   (both with the refusal as cause, if there was one), `cancelled` or `shutting_down`; also whatever an attempt throws
   */
  admit(candidate: Candidate<T>): Promise<T>;
  /** To be called when a sandbox has ended. */
  capacityFreed(): void;
  stats(): SpawnQueueStats;
  /** Turns away those who wait, and lets nobody wait any more. Returns when no attempt for them is under way. */
  close(): Promise<void>;
}

export interface SpawnQueueOptions {
  /** Absent: a refusal is final. */
  readonly limits?: SpawnQueueLimits | undefined;
  /** What has no room left, as far as one look can tell, so that those who need it are not tried in vain. */
  readonly survey: () => Promise<UsedUp>;
  readonly logger: Logger;
  /** Milliseconds that only grow. */
  readonly now?: (() => number) | undefined;
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
}

interface Waiter<T> extends Claim {
  readonly attempt: () => Promise<Attempt<T>>;
  readonly since: number;
  readonly resolve: (admitted: T) => void;
  readonly reject: (error: unknown) => void;
  readonly dismiss: () => void;
  refusal: OrchestratorError | undefined;
  isTried: boolean;
  /** Why it does not want to be admitted any more, if that came up during an attempt. */
  ending: Ending | undefined;
}

interface Ending {
  readonly error: OrchestratorError;
  readonly event?: SpawnQueueEvent;
}

/** Waiting spawns are tried one after the other and only those for whom there may be room, so that none overtakes another. */
export function createSpawnQueue<T>(options: SpawnQueueOptions): SpawnQueue<T> {
  const { limits, survey, logger, now = () => performance.now(), random = Math.random } = options;
  const line = createWaitingLine<Waiter<T>>();
  const tally = createSpawnQueueTally();
  let arrivals = 0;
  let freed = 0;
  let closed = false;
  let isWanted = false;
  let serving: Promise<void> | undefined;
  let poll: NodeJS.Timeout | undefined;

  function enter(
    candidate: Candidate<T>,
    { maxWaiting, timeoutMs }: SpawnQueueLimits,
    place: { readonly arrival: number; readonly scarcity: Scarcity; readonly refusal?: OrchestratorError },
  ): Promise<T> {
    const { signal, attempt, lane, owner, provider } = candidate;
    const { arrival, scarcity, refusal } = place;
    if (signal?.aborted) throw callerGone();
    if (closed) throw shuttingDown();
    if (line.size >= maxWaiting) {
      tally.count('fullTotal');
      throw new OrchestratorError(
        'spawn_queue_full',
        `resource limit exceeded: spawn queue full (${maxWaiting}); try again later`,
        { cause: refusal },
      );
    }
    tally.count('queuedTotal');
    logger.debug('spawn waits', { scarcity, owner, provider, waiting: line.size + 1 });
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => end(waiter, { error: callerGone(), event: 'abandonedTotal' });
      const timer = setTimeout(() => {
        const message = `resource limit exceeded: spawn queue timeout after ${formatDuration(timeoutMs)}`;
        const error = new OrchestratorError('spawn_queue_timeout', message, { cause: waiter.refusal });
        end(waiter, { error, event: 'timeoutsTotal' });
      }, timeoutMs);
      const waiter: Waiter<T> = {
        arrival,
        lane,
        owner,
        provider,
        attempt,
        since: now(),
        resolve,
        reject,
        dismiss() {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
        },
        refusal,
        isTried: false,
        ending: undefined,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      line.join(waiter, scarcity);
      keepPolling();
    });
  }

  function end(waiter: Waiter<T>, ending: Ending): void {
    if (waiter.isTried) {
      waiter.ending ??= ending;
      return;
    }
    line.leave(waiter);
    if (ending.event !== undefined) tally.count(ending.event);
    settle(waiter);
    waiter.reject(ending.error);
  }

  function settle(waiter: Waiter<T>): void {
    waiter.dismiss();
    if (line.size > 0) return;
    clearTimeout(poll);
    poll = undefined;
  }

  function keepPolling(): void {
    if (line.size === 0) return;
    poll ??= setTimeout(
      () => {
        poll = undefined;
        wake();
      },
      POLL_MS * (0.8 + 0.4 * random()),
    );
  }

  function wake(): void {
    if (line.size === 0) return;
    isWanted = true;
    serving ??= serve();
  }

  async function serve(): Promise<void> {
    do {
      isWanted = false;
      try {
        await serveOnce();
      } catch (error) {
        // While the database is away they wait on; others tell about the outage.
        if (!isOutage(error)) logger.error('the spawn queue was not served', { error });
      }
    } while (isWanted);
    serving = undefined;
    keepPolling();
  }

  async function serveOnce(): Promise<void> {
    const usedUp = await survey();
    for (;;) {
      const waiter = line.next(usedUp);
      if (waiter === undefined) return;
      waiter.isTried = true;
      let attempt: Attempt<T>;
      try {
        attempt = await waiter.attempt();
      } catch (error) {
        afterFailure(waiter, error);
        continue;
      }
      waiter.isTried = false;
      if ('admitted' in attempt) {
        line.served(waiter);
        tally.dequeued(now() - waiter.since);
        settle(waiter);
        waiter.resolve(attempt.admitted);
      } else {
        waiter.refusal = attempt.refusal;
        noteUsedUp(usedUp, attempt.scarcity, waiter);
        if (waiter.ending !== undefined) end(waiter, waiter.ending);
      }
    }
  }

  /** Ends the waiter with its failure. @throws an outage, which is nobody's own */
  function afterFailure(waiter: Waiter<T>, error: unknown): void {
    waiter.isTried = false;
    if (isOutage(error)) {
      if (waiter.ending !== undefined) end(waiter, waiter.ending);
      throw error;
    }
    line.leave(waiter);
    settle(waiter);
    waiter.reject(error);
  }

  function arrive(): number {
    arrivals += 1;
    return arrivals;
  }

  return {
    arrive,

    async admit(candidate) {
      const { arrival = arrive() } = candidate;
      const freedBefore = freed;
      const ahead = line.scarcityFor(candidate);
      if (ahead !== undefined && limits !== undefined) {
        return enter(candidate, limits, { arrival, scarcity: ahead });
      }
      const attempt = await candidate.attempt();
      if ('admitted' in attempt) return attempt.admitted;
      const { scarcity, refusal } = attempt;
      if (limits === undefined) throw refusal;
      const waiting = enter(candidate, limits, { arrival, scarcity, refusal });
      // What ended during the attempt may have been counted by it still.
      if (freed !== freedBefore) wake();
      return waiting;
    },

    capacityFreed() {
      freed += 1;
      wake();
    },

    stats: () => ({ depth: line.size, capacity: limits?.maxWaiting ?? 0, ...tally.totals() }),

    async close() {
      closed = true;
      for (const waiter of line.waiters()) end(waiter, { error: shuttingDown() });
      await serving;
    },
  };
}

/** Nobody knows then what would have been the answer. */
function isOutage(error: unknown): boolean {
  if (error instanceof OrchestratorError) return error.code === 'policy_unavailable';
  return error instanceof StoreError && error.code === 'unavailable';
}

function callerGone(): OrchestratorError {
  return new OrchestratorError('cancelled', 'the caller went away while the spawn waited');
}

function shuttingDown(): OrchestratorError {
  return new OrchestratorError(
    'shutting_down',
    'the control plane shuts down and lets no spawn wait; send it again',
  );
}
