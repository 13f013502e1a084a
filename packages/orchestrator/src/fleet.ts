import type {
  Page,
  PageRequest,
  PlacedSandbox,
  Store,
  WorkerHeartbeat,
  WorkerLoad,
  WorkerRecord,
} from '@stacyvm/store';
import type { FleetPresence, PresenceStatus } from './fleet-presence.js';
import { createHeartbeatWrites, type HeartbeatBatch } from './heartbeat-writes.js';
import type { Clock, Logger } from './host.js';
import { createRenewSandboxLease, type RenewSandboxLease } from './sandbox-lease.js';
import { createWorkerDuties, type WorkerDuties, workerNotFound } from './worker-duties.js';

/** A worker may report before it has heard of a change: younger records are not judged by a report. */
const SETTLING_MS = 10_000;

/**
 * Reasons that a report by the worker disproves. What an RPC found out (`runtime_…`, `worker_rpc_unavailable`) is
 * undone by an RPC alone: a worker also reports a sandbox whose runtime has stopped, and while its port is closed.
 */
const DISPROVED_BY_REPORT: ReadonlySet<string> = new Set([
  'worker_missing',
  'worker_stale',
  'worker_revoked',
  'worker_unreachable',
  'worker_connection_lost',
  'worker_timeout',
  'worker_stream_truncated',
]);

const MIN_HEARTBEAT_MS = 5_000;
const MAX_HEARTBEAT_MS = 30_000;
/** Of the whole fleet; what one control plane and its database bear with ease. */
const HEARTBEATS_PER_SECOND = 500;
/** The pace varies by this share, so that workers that came back together do not stay together. */
const JITTER = 0.1;

/** One sandbox that a worker says it holds. */
export interface HeldSandbox {
  readonly id: string;
  readonly generation: number;
}

export interface FleetHeartbeat extends WorkerHeartbeat {
  /** Undefined for workers that do not report what they hold. */
  readonly held?: readonly HeldSandbox[] | undefined;
}

export interface HeartbeatOutcome {
  readonly worker: WorkerRecord;
  readonly nextHeartbeatMs: number;
  /** For how long the worker is to renew its leases, when half of their time is over; undefined: not at all. */
  readonly leaseTtlMs: number | undefined;
  /** Sandboxes that the worker holds and should not. */
  readonly release: readonly string[];
}

/** What the fleet is like at the moment; for metrics. */
export interface FleetStatus extends PresenceStatus {
  /** Heartbeats that are not stored yet. */
  readonly waitingHeartbeats: number;
  /** Between two heartbeats of a worker, in milliseconds. */
  readonly paceMs: number;
}

export interface Fleet extends WorkerDuties {
  /**
   * Records a heartbeat and compares what the worker holds with what is recorded. Heartbeats are written together, so it
   * takes a moment; when it resolves, the heartbeat is stored.
   *
   * @throws OrchestratorError `heartbeats_overloaded`
   */
  heartbeat(heartbeat: FleetHeartbeat): Promise<HeartbeatOutcome>;
  readonly renewLease: RenewSandboxLease;
  list(request: PageRequest): Promise<Page<WorkerRecord>>;
  /** @throws OrchestratorError `worker_not_found` */
  get(id: string): Promise<WorkerRecord>;
  /** What sandboxes take up, by worker; absent is nothing. */
  loads(): Promise<ReadonlyMap<string, WorkerLoad>>;
  /** Whether a worker is taken for dead: silent for two minutes while some control plane listened all the time. */
  isStale(worker: Pick<WorkerRecord, 'lastHeartbeat'>): boolean;
  status(): FleetStatus;
}

export interface FleetOptions {
  readonly store: Store;
  readonly presence: FleetPresence;
  /** The longest lease. */
  readonly leaseTtlMs?: number | undefined;
  readonly onHeartbeatBatch?: ((batch: HeartbeatBatch) => void) | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
}

export function createFleet(options: FleetOptions): Fleet {
  const { store, presence, logger, clock, random = Math.random } = options;
  const writes = createHeartbeatWrites({
    store,
    lapsedBefore: presence.staleBefore,
    onBatch: options.onHeartbeatBatch,
  });
  let pace = { fleetSize: 1, countedAt: 0 };

  return {
    ...createWorkerDuties({ store, logger, clock }),
    async heartbeat({ held, ...heartbeat }) {
      const receivedAt = clock();
      const { worker, previousInstanceId, placed } = await writes.write({
        heartbeat,
        comparesSandboxes: held !== undefined,
      });
      if (previousInstanceId !== worker.instanceId) {
        logger.info('worker registered', {
          worker_id: worker.id,
          rpc_url: worker.rpcUrl,
          providers: worker.providers,
          flaps: worker.flaps,
        });
      }
      const release = held === undefined ? [] : await compare(worker, { held, receivedAt, placed });
      return { worker, nextHeartbeatMs: await nextHeartbeatMs(), leaseTtlMs: options.leaseTtlMs, release };
    },
    renewLease: createRenewSandboxLease({ store, longestMs: options.leaseTtlMs, clock }),
    list: (request) => store.workers.list(request),
    async get(id) {
      const worker = await store.workers.get(id);
      if (worker === undefined) throw workerNotFound(id);
      return worker;
    },
    loads: () => store.sandboxes.loadByWorker(),
    isStale: presence.isStale,
    status: () => ({ ...presence.status(), waitingHeartbeats: writes.waiting(), paceMs: paceMs() }),
  };

  async function compare(
    worker: WorkerRecord,
    {
      held,
      receivedAt,
      placed,
    }: {
      readonly held: readonly HeldSandbox[];
      readonly receivedAt: Date;
      readonly placed: readonly PlacedSandbox[];
    },
  ): Promise<readonly string[]> {
    const recorded = new Map(placed.map((sandbox) => [sandbox.id, sandbox]));
    const heldIds = new Set(held.map(({ id }) => id));
    const settledBefore = clock().getTime() - SETTLING_MS;
    for (const sandbox of recorded.values()) {
      const isHeld = heldIds.has(sandbox.id);
      // What was found out while the heartbeat waited for its batch is newer than the heartbeat.
      const isNewer = sandbox.updatedAt > receivedAt;
      if (isHeld && !isNewer && isSilenced(sandbox)) {
        // Between the look at it and this, somebody may have found out more.
        const unchangedSince = receivedAt;
        const healed = { from: ['unhealthy'], to: 'running', unchangedSince } as const;
        if ((await store.sandboxes.transition(sandbox.id, healed)) !== undefined)
          logger.info('sandbox is healthy again', { sandbox_id: sandbox.id, worker_id: worker.id });
      }
      if (!isHeld && isUsable(sandbox) && sandbox.updatedAt.getTime() < settledBefore) {
        await store.sandboxes.transition(sandbox.id, {
          from: ['running', 'idle'],
          to: 'unhealthy',
          reason: 'runtime_missing',
        });
        logger.warn('sandbox is unhealthy', {
          sandbox_id: sandbox.id,
          worker_id: worker.id,
          reason: 'runtime_missing',
        });
      }
    }
    const release = [...heldIds].filter((id) => !recorded.has(id));
    if (release.length > 0)
      logger.warn('worker holds sandboxes that are not its own', { worker_id: worker.id, release });
    return release;
  }

  async function nextHeartbeatMs(): Promise<number> {
    const now = clock().getTime();
    if (now - pace.countedAt > MAX_HEARTBEAT_MS) {
      // Those who ask meanwhile go by the old count.
      pace = { ...pace, countedAt: now };
      pace = { fleetSize: await store.workers.count(), countedAt: now };
    }
    return Math.round(paceMs() * (1 + JITTER * (2 * random() - 1)));
  }

  /** Keeps the heartbeats of the whole fleet below a rate, within bounds that keep staleness meaningful. */
  function paceMs(): number {
    const fair = (pace.fleetSize / HEARTBEATS_PER_SECOND) * 1000;
    return Math.min(Math.max(fair, MIN_HEARTBEAT_MS), MAX_HEARTBEAT_MS);
  }
}

function isSilenced({ state, stateReason }: PlacedSandbox): boolean {
  return state === 'unhealthy' && DISPROVED_BY_REPORT.has(stateReason);
}

function isUsable({ state }: PlacedSandbox): boolean {
  return state === 'running' || state === 'idle';
}
