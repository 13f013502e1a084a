import type { Page, PageRequest, SandboxRecord, Store, WorkerHeartbeat, WorkerRecord } from '@stacyvm/store';
import { allWorkers } from './all-workers.js';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { sandboxesOf } from './worker-sandboxes.js';

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
const HEARTBEATS_PER_SECOND = 10;

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
  /** Sandboxes that the worker holds and should not. */
  readonly release: readonly string[];
}

export interface Fleet {
  /** Records a heartbeat and compares what the worker holds with what is recorded. */
  heartbeat(heartbeat: FleetHeartbeat): Promise<HeartbeatOutcome>;
  list(request: PageRequest): Promise<Page<WorkerRecord>>;
  /** @throws OrchestratorError `worker_not_found` */
  get(id: string): Promise<WorkerRecord>;
}

export function createFleet({
  store,
  logger,
  clock,
}: {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
}): Fleet {
  let pace = { fleetSize: 1, countedAt: 0 };

  return {
    async heartbeat(heartbeat) {
      const known = await store.workers.get(heartbeat.id);
      const worker = await store.workers.upsertHeartbeat(heartbeat);
      if (known === undefined || known.instanceId !== worker.instanceId) {
        logger.info('worker registered', {
          worker_id: worker.id,
          rpc_url: worker.rpcUrl,
          providers: worker.providers,
        });
      }
      const release = heartbeat.held === undefined ? [] : await compare(worker, heartbeat.held);
      return { worker, nextHeartbeatMs: await nextHeartbeatMs(), release };
    },
    list: (request) => store.workers.list(request),
    async get(id) {
      const worker = await store.workers.get(id);
      if (worker === undefined) throw new OrchestratorError('worker_not_found', `not found: worker "${id}"`);
      return worker;
    },
  };

  async function compare(worker: WorkerRecord, held: readonly HeldSandbox[]): Promise<readonly string[]> {
    const recorded = new Map((await sandboxesOf(store, worker.id)).map((sandbox) => [sandbox.id, sandbox]));
    const heldIds = new Set(held.map(({ id }) => id));
    const settledBefore = clock().getTime() - SETTLING_MS;
    for (const sandbox of recorded.values()) {
      const isHeld = heldIds.has(sandbox.id);
      if (isHeld && sandbox.state === 'unhealthy' && DISPROVED_BY_REPORT.has(sandbox.stateReason)) {
        await store.sandboxes.transition(sandbox.id, { from: ['unhealthy'], to: 'running' });
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

  /** Keeps the heartbeats of the whole fleet below a rate, within bounds that keep staleness meaningful. */
  async function nextHeartbeatMs(): Promise<number> {
    const now = clock().getTime();
    if (now - pace.countedAt > MAX_HEARTBEAT_MS) {
      const fleetSize = (await allWorkers(store)).length;
      pace = { fleetSize, countedAt: now };
    }
    const fair = (pace.fleetSize / HEARTBEATS_PER_SECOND) * 1000;
    return Math.round(Math.min(Math.max(fair, MIN_HEARTBEAT_MS), MAX_HEARTBEAT_MS));
  }
}

function isUsable({ state }: SandboxRecord): boolean {
  return state === 'running' || state === 'idle';
}
