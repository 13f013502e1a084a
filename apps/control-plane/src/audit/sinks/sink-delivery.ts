import type { Logger } from '@stacyvm/logging';
import { type Store, StoreError } from '@stacyvm/store';
import type { AuditSink } from './audit-sink.js';
import { deliverRound } from './delivery-round.js';
import { createRest } from './rest.js';

/** `standby`: another control plane delivers. `failing`: the sink does not take records. `unknown`: not known yet. */
export type SinkState = 'delivering' | 'standby' | 'failing' | 'unknown';

export interface SinkDeliveryStatus {
  readonly name: string;
  readonly kind: AuditSink['kind'];
  /** Of the sink in the database; undefined until it is known. */
  readonly id: string | undefined;
  readonly state: SinkState;
  /** Records that this process sent, those that it repeated too. */
  readonly delivered: number;
  /** How often the sink did not take records. */
  readonly failures: number;
  readonly missed: number;
  /** Why it is failing, in a word. */
  readonly problem: string | undefined;
}

export interface SinkDelivery {
  /** Something was recorded. */
  wake(): void;
  status(): SinkDeliveryStatus;
  /** Delivers what waits, as far as the sink takes it at once, and ends. */
  stop(): Promise<void>;
}

export interface SinkDeliveryOptions {
  readonly sink: AuditSink;
  readonly store: Pick<Store, 'auditSinks'>;
  /** This process, among those that may deliver. */
  readonly holder: string;
  readonly logger: Logger;
  readonly timing?: Partial<DeliveryTiming>;
}

/** In milliseconds. */
export interface DeliveryTiming {
  /** For which the right to deliver is taken. */
  readonly hold: number;
  /** Between two rounds at least, so that a disk is not synchronized for each record. */
  readonly pace: number;
  /** Between two looks for what other control planes recorded. */
  readonly poll: number;
  /** Between two attempts to take over. */
  readonly standby: number;
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** Between two reminders that a sink takes nothing. */
  readonly remind: number;
  /** For what waits when the process stops. */
  readonly drain: number;
}

const TIMING: DeliveryTiming = {
  hold: 4_000,
  pace: 100,
  poll: 500,
  standby: 1_000,
  firstRetry: 250,
  lastRetry: 15_000,
  remind: 3_600_000,
  drain: 3_000,
};

/**
 * Delivers the chains to a sink until it is stopped. Of several control planes one does it, and another takes over when
 * that fails or goes away.
 */
export function startSinkDelivery({
  sink,
  store,
  holder,
  logger,
  timing: given = {},
}: SinkDeliveryOptions): SinkDelivery {
  const timing = { ...TIMING, ...given };
  const rest = createRest();
  let id: string | undefined;
  let state: SinkState = 'unknown';
  let [delivered, failures, missed] = [0, 0, 0];
  let failing: Failing | undefined;
  let retryMs = timing.firstRetry;
  let heldAt = Number.NEGATIVE_INFINITY;
  let stopping = false;
  let woken = false;

  async function hold(sinkId: string): Promise<boolean> {
    if (performance.now() - heldAt < timing.hold / 3) return true;
    const now = performance.now();
    const right = { id: sinkId, name: sink.name, holder, ttlMs: timing.hold };
    const isHeld = await store.auditSinks.hold(right);
    heldAt = isHeld ? now : Number.NEGATIVE_INFINITY;
    return isHeld;
  }

  async function release(): Promise<void> {
    heldAt = Number.NEGATIVE_INFINITY;
    if (id !== undefined) await store.auditSinks.release({ id, holder }).catch(() => undefined);
  }

  async function attempt(): Promise<Pause> {
    let keeping: NodeJS.Timeout | undefined;
    try {
      const sinkId = await sink.identity();
      if (sinkId !== id) {
        await release();
        id = sinkId;
      }
      if (!(await hold(sinkId))) {
        state = 'standby';
        return { ms: timing.standby, endsWhenRecorded: false };
      }
      // Should it fail, another one takes over, and records are repeated.
      keeping = setInterval(() => void hold(sinkId).catch(() => undefined), timing.hold / 3);
      const round = await deliverRound({ sink, id: sinkId, store, logger });
      delivered += round.delivered;
      missed += round.missed;
      if (round.delivered > 0 || failing === undefined) up();
      if (round.isBehind) return { ms: 0, endsWhenRecorded: false };
      return { ms: timing.poll, endsWhenRecorded: true };
    } catch (error) {
      // The database is told of elsewhere, and nothing is recorded without it.
      if (error instanceof StoreError) return { ms: timing.standby, endsWhenRecorded: false };
      await down(error);
      const ms = retryMs;
      retryMs = Math.min(retryMs * 2, timing.lastRetry);
      return { ms, endsWhenRecorded: false };
    } finally {
      clearInterval(keeping);
    }
  }

  function up(): void {
    retryMs = timing.firstRetry;
    state = 'delivering';
    if (failing === undefined) return;
    logger.info('audit sink takes records again', { sink: sink.name, away_seconds: secondsSince(failing) });
    failing = undefined;
  }

  async function down(error: unknown): Promise<void> {
    failures += 1;
    state = 'failing';
    const problem = problemOf(error);
    const now = performance.now();
    if (failing === undefined || now - failing.saidAt >= timing.remind) {
      failing = { since: failing?.since ?? now, saidAt: now, problem };
      logger.error('audit sink does not take records; they are kept for it', {
        sink: sink.name,
        away_seconds: secondsSince(failing),
        error,
      });
    } else {
      failing = { ...failing, problem };
    }
    // Another control plane may reach it.
    await release();
  }

  async function pause({ ms, endsWhenRecorded }: Pause): Promise<void> {
    const paceMs = endsWhenRecorded ? Math.min(ms, timing.pace) : ms;
    if (!stopping) await rest.wait(paceMs, 'to the end');
    if (ms > paceMs && !stopping && !woken) await rest.wait(ms - paceMs, 'until woken');
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false;
      await pause(await attempt());
    }
    const deadline = performance.now() + timing.drain;
    while (performance.now() < deadline && (state === 'delivering' || state === 'unknown')) {
      const before = delivered;
      await attempt();
      if (delivered === before) break;
    }
    await release();
    await sink.close();
  }
  const running = run();

  return {
    wake() {
      woken = true;
      rest.wake();
    },
    status: () => ({
      name: sink.name,
      kind: sink.kind,
      id,
      state,
      delivered,
      failures,
      missed,
      problem: state === 'failing' ? failing?.problem : undefined,
    }),
    async stop() {
      stopping = true;
      rest.end();
      // Who does not answer is not waited for as long as otherwise; what it did not take is sent after the next start.
      const giveUp = setTimeout(() => void sink.close().catch(() => undefined), timing.drain);
      await running;
      clearTimeout(giveUp);
    },
  };
}

/** How long to wait before the next attempt. */
interface Pause {
  readonly ms: number;
  readonly endsWhenRecorded: boolean;
}

interface Failing {
  /** By the clock of `performance`, as is `saidAt`. */
  readonly since: number;
  readonly saidAt: number;
  readonly problem: string;
}

function secondsSince({ since }: Failing): number {
  return Math.round((performance.now() - since) / 1000);
}

/** A code of the system or of TLS; a message may name more than is for everybody. */
function problemOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'not_taken';
}
