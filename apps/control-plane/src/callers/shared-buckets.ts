import { createHash } from 'node:crypto';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { BucketAnswer, BucketQuestion, Store } from '@stacyvm/store';
import type { ReloadedPart } from '../settings-reload.js';
import { type BucketSize, secondsToToken, type Taking } from './token-buckets.js';

export interface SharedBucketsStatus {
  /** Whether requests are counted together with other control planes at the moment. */
  readonly shared: boolean;
  /** Statements that asked the database. */
  readonly statements: number;
  /** Of these, how many failed or took too long. */
  readonly failures: number;
}

/** Buckets that control planes share in their database (`rate_limit.store`). */
export interface SharedBuckets extends ReloadedPart {
  /**
   * Takes one token. Undefined when counts are not shared or the database does not answer: then one's own count decides.
   *
   * @param kind keeps what is counted for different reasons apart
   */
  take(kind: string, key: string, size: BucketSize): Promise<Taking | undefined>;
  /** From now on `auto` goes by this number of control planes. */
  follow(controlPlanes: () => number): void;
  /** Forgets buckets that are full again. */
  prune(): Promise<void>;
  status(): SharedBucketsStatus;
}

export interface SharedBucketsOptions {
  readonly settings: Settings;
  readonly store: Pick<Store, 'rateBuckets'>;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** The longest that a request waits for its count. */
const PATIENCE_MS = 2_000;
/** How long the database is left alone after it did not answer. */
const PAUSE_MS = 1_000;
const MAX_QUESTIONS = 500;
/** Of all control planes together; about 50 MB. */
const MAX_ROWS = 200_000;
/** The longest that a bucket is remembered that nobody asks for. */
const MAX_IDLE_SECONDS = 3_600;

interface Demand {
  readonly key: string;
  readonly size: BucketSize;
  readonly waiters: Array<(taking: Taking | undefined) => void>;
}

/**
 * One statement is under way at a time, and whoever comes meanwhile is in the next: the database has the same few
 * statements to answer however many requests there are, and counts stay exact.
 */
export function createSharedBuckets(options: SharedBucketsOptions): SharedBuckets {
  const { store, logger, now = () => performance.now() } = options;
  let mode = options.settings['rate_limit.store'];
  let controlPlanes = (): number => 1;
  let demands = new Map<string, Demand>();
  let asking = false;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let isAway = false;
  let isHanging = false;
  let statements = 0;
  let failures = 0;

  const isShared = (): boolean => mode === 'postgres' || (mode === 'auto' && controlPlanes() > 1);

  async function askAll(): Promise<void> {
    asking = true;
    try {
      while (demands.size > 0) {
        const batch = [...demands.values()].slice(0, MAX_QUESTIONS);
        for (const { key } of batch) demands.delete(key);
        await ask(batch);
      }
    } finally {
      asking = false;
    }
  }

  async function ask(batch: readonly Demand[]): Promise<void> {
    statements += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    const asked = store.rateBuckets.take(batch.map(questionOf));
    try {
      const answers = await Promise.race([asked, late]);
      if (answers === undefined) {
        giveUp(batch, 'no answer in time');
        // It holds a connection as long as it lasts; another one beside it would hold one more.
        isHanging = true;
        await asked.catch(() => undefined);
        isHanging = false;
        return;
      }
      if (isAway) logger.info('requests are counted together with other control planes again');
      isAway = false;
      answer(batch, answers);
    } catch (error) {
      giveUp(batch, error);
    } finally {
      clearTimeout(timer);
    }
  }

  function giveUp(batch: readonly Demand[], error: unknown): void {
    failures += 1;
    pausedUntil = now() + PAUSE_MS;
    if (!isAway)
      logger.warn('the database does not count requests; each control plane counts for itself', { error });
    isAway = true;
    const forsaken = [...batch, ...demands.values()];
    demands = new Map();
    for (const { waiters } of forsaken) for (const resolve of waiters) resolve(undefined);
  }

  return {
    async take(kind, key, size) {
      if (!isShared() || isHanging || now() < pausedUntil) return undefined;
      const digest = createHash('sha256').update(`${kind}\n${key}`).digest('base64url');
      return new Promise((resolve) => {
        const demand = demands.get(digest);
        if (demand === undefined) demands.set(digest, { key: digest, size, waiters: [resolve] });
        else demand.waiters.push(resolve);
        if (!asking) void askAll();
      });
    },
    follow(count) {
      controlPlanes = count;
    },
    async prune() {
      if (isShared()) await store.rateBuckets.prune({ idleSeconds: MAX_IDLE_SECONDS, keep: MAX_ROWS });
    },
    prepare(next) {
      return () => {
        mode = next['rate_limit.store'];
      };
    },
    status: () => ({ shared: isShared() && !isAway, statements, failures }),
  };
}

function questionOf({ key, size, waiters }: Demand): BucketQuestion {
  return { key, wanted: waiters.length, ...size };
}

/** Those who came first get what is there. */
function answer(batch: readonly Demand[], answers: readonly BucketAnswer[]): void {
  const byKey = new Map(answers.map((each) => [each.key, each]));
  for (const { key, size, waiters } of batch) {
    const { granted = 0, tokens = 0 } = byKey.get(key) ?? {};
    for (const [place, resolve] of waiters.entries()) {
      if (place < granted) {
        resolve({ taken: true, left: Math.floor(tokens + granted - place - 1), retryAfterSeconds: 0 });
      } else {
        resolve({
          taken: false,
          left: Math.floor(tokens),
          retryAfterSeconds: secondsToToken(tokens, size),
        });
      }
    }
  }
}
