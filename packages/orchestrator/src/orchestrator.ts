import type { Store } from '@stacyvm/store';
import type { CallLoad } from '@stacyvm/worker-rpc';
import { type BackgroundWork, startBackgroundWork } from './background-work.js';
import { createClockGuard } from './clock-guard.js';
import type { ExecLimits } from './exec-request.js';
import { createFleet, type Fleet } from './fleet.js';
import { createFleetPresence } from './fleet-presence.js';
import type { HeartbeatBatch } from './heartbeat-writes.js';
import type { Clock, Logger } from './host.js';
import { createLiveSandbox } from './live-sandbox.js';
import { createPolicies, type Policies } from './policies.js';
import { createPoliciesInForce, type FixedPolicy } from './policies-in-force.js';
import { createPolicyGate } from './policy-gate.js';
import { createQuotas, type Quotas } from './quotas.js';
import {
  checkRunning,
  endAbandonedSpawns,
  evictDrained,
  type ReconcileOptions,
  reapExpired,
} from './reconcile.js';
import { createSandboxRemover } from './remove-sandbox.js';
import { revocationEnforcer } from './revoked-workers.js';
import type { RpcRefusal } from './rpc-client-lifetime.js';
import { type AdmittedSandbox, createSandboxAdmission } from './sandbox-admission.js';
import { type Sandboxes, sandboxesWithin } from './sandboxes-within.js';
import { createSpawnQueue, type SpawnQueue, type SpawnQueueLimits } from './spawn-queue.js';
import type { SpawnDefaults } from './spawn-request.js';
import { createSpawnSandbox } from './spawn-sandbox.js';
import { EVERYTHING, reachedSandboxes, type TenantReach } from './tenant-reach.js';
import { createTenantRemoval, type TenantRemoval } from './tenant-removal.js';
import { createWorkerClients, type WorkerClientsOptions } from './worker-clients.js';
import type { WorkerCredentials } from './worker-credentials.js';

export interface OrchestratorOptions
  extends Pick<WorkerClientsOptions, 'rpcTls' | 'rpcUrlPolicy' | 'maxConcurrentCalls'> {
  readonly store: Store;
  readonly workerCredentials: WorkerCredentials;
  /** Told of every call that a worker did not let in; for metrics. */
  readonly onRpcRefusal?: ((refusal: RpcRefusal) => void) | undefined;
  /** Told of every statement that wrote heartbeats; for metrics. */
  readonly onHeartbeatBatch?: ((batch: HeartbeatBatch) => void) | undefined;
  readonly defaults: SpawnDefaults;
  /** Policies beside those of the store, which nobody can change through the API. */
  readonly fixedPolicies?: readonly FixedPolicy[] | undefined;
  readonly execLimits: ExecLimits;
  /** Over the whole fleet; 0 is no limit. */
  readonly maxSandboxes: number;
  /** Of one owner; absent or 0 is no limit. Sandboxes without an owner are not counted together. */
  readonly maxSandboxesPerOwner?: number | undefined;
  /** Where spawns wait for which there is no room. Absent: they are refused at once. */
  readonly spawnQueue?: SpawnQueueLimits | undefined;
  /**
   * The longest lease, in milliseconds: a worker that renews no lease has ended its sandboxes by then. Absent: as long as a sandbox may
   * live.
   */
  readonly leaseTtlMs?: number | undefined;
  readonly spawnTimeoutMs: number;
  readonly reapIntervalMs: number;
  readonly reconcileIntervalMs: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  /**
   * By how many milliseconds `clock` may differ from that of the database: beyond, nothing is expired by it. By default 30 seconds;
   * `Infinity` for a clock that is not meant to agree.
   */
  readonly maxClockLeadMs?: number | undefined;
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
}

/**
 * Sandboxes, everybody's unless a reach is named, and the fleet that runs them. Every method throws OrchestratorError or
 * StoreError.
 */
export interface Orchestrator extends Sandboxes {
  readonly fleet: Fleet;
  readonly policies: Policies;
  readonly quotas: Quotas;
  within(reach: TenantReach): Sandboxes;
  readonly tenants: TenantRemoval;
  /**
   * Of this process: what happened in it, for metrics, and its end. To be closed before requests in flight are waited
   * for, since those who wait would keep them open.
   */
  readonly spawnQueue: Pick<SpawnQueue<AdmittedSandbox>, 'stats' | 'close'>;
  /** Calls of workers that are under way, by kind; for metrics. */
  workerCalls(): CallLoad;
  /**
   * To be called when other workers are revoked than before: ends what is under way on the revoked ones and marks their
   * sandboxes `unhealthy` (`worker_revoked`).
   */
  enforceRevocations(): Promise<void>;
  /**
   * To be called when hints may have been missed or have come in for `WORKERS_CHANNEL`: what drains is looked at now, and
   * so are spawns that wait.
   */
  workersChanged(): void;
  /** Begins to listen to workers, to follow the policies, to reap and to reconcile. */
  start(): void;
  /** Closes the queue, ends the background work and the connections to workers; calls that are under way fail. */
  stop(): Promise<void>;
}

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { store, logger } = options;
  const clock = options.clock ?? (() => new Date());
  const { workerCredentials: credentials } = options;
  const clients = createWorkerClients({ ...options, credentials, clock });
  const { maxSandboxes, maxSandboxesPerOwner = 0, leaseTtlMs } = options;
  const limits = { maxSandboxes, maxSandboxesPerOwner };
  const admission = createSandboxAdmission({ store, clients, credentials, limits, leaseTtlMs, clock });
  const queue = createSpawnQueue<AdmittedSandbox>({
    limits: options.spawnQueue,
    survey: admission.survey,
    logger,
  });
  const onRemoved = queue.capacityFreed;
  const remover = createSandboxRemover({ store, clients, leaseTtlMs, onRemoved, logger, clock });
  const { fixedPolicies = [] } = options;
  const policiesInForce = createPoliciesInForce({ store, fixed: fixedPolicies, logger });
  const gate = createPolicyGate({ policies: policiesInForce, logger });
  const quotas = createQuotas({
    store,
    common: {
      maxSandboxesPerOwner,
      maxTtlMs: options.defaults.maxTtlMs,
      maxExecTimeoutMs: options.execLimits.maxTimeoutMs,
    },
    onChange: queue.capacityFreed,
  });
  const presence = createFleetPresence({ store, logger, clock });
  const reconcile: ReconcileOptions = {
    store,
    clients,
    credentials,
    remover,
    isStale: presence.isStale,
    spawnTimeoutMs: options.spawnTimeoutMs,
    logger,
    clock,
  };
  const { guarded } = createClockGuard({ store, maxLeadMs: options.maxClockLeadMs, logger });
  const background: BackgroundWork[] = [];
  let eviction: BackgroundWork | undefined;
  let reconciliation: BackgroundWork | undefined;
  const spawn = createSpawnSandbox({
    store,
    admission,
    queue,
    remover,
    gate,
    quotas,
    defaults: options.defaults,
    logger,
  });
  const { execLimits } = options;
  const parts = { store, clients, remover, spawn, execLimits, quotas, leaseTtlMs, logger, clock };
  const within = (reach: TenantReach): Sandboxes => sandboxesWithin(reach, parts);
  const live = createLiveSandbox({ store, clients, sandboxes: reachedSandboxes(store, EVERYTHING), logger });

  return {
    ...within(EVERYTHING),
    within,
    tenants: createTenantRemoval({ store, remover, logger }),
    fleet: createFleet({
      store,
      presence,
      leaseTtlMs,
      onHeartbeatBatch: options.onHeartbeatBatch,
      logger,
      clock,
      random: options.random,
    }),
    policies: createPolicies({ store, inForce: policiesInForce, defaults: options.defaults }),
    quotas,
    spawnQueue: { stats: queue.stats, close: queue.close },
    workerCalls: clients.load,

    enforceRevocations: revocationEnforcer({ store, clients, credentials, live }),

    workersChanged() {
      // A round that is under way began before the change, and one that has not leaves out what reconciliation looks at just now.
      void Promise.all([eviction?.runOnce(), reconciliation?.runOnce()]).then(() => eviction?.runOnce());
      queue.capacityFreed();
    },

    start() {
      if (background.length > 0) return;
      const { reapIntervalMs, reconcileIntervalMs } = options;
      eviction = startBackgroundWork({
        name: 'eviction',
        intervalMs: reapIntervalMs,
        round: guarded((signal) => evictDrained(reconcile, signal)),
        logger,
      });
      reconciliation = startBackgroundWork({
        name: 'reconciliation',
        intervalMs: reconcileIntervalMs,
        round: guarded(async (signal) => {
          await endAbandonedSpawns(reconcile, signal);
          await checkRunning({ ...reconcile, intervalMs: reconcileIntervalMs }, signal);
        }),
        logger,
      });
      background.push(
        policiesInForce.start(),
        presence.start(),
        eviction,
        startBackgroundWork({
          name: 'reaping',
          intervalMs: reapIntervalMs,
          round: guarded((signal) => reapExpired(reconcile, signal)),
          logger,
        }),
        reconciliation,
      );
    },

    async stop() {
      await queue.close();
      await Promise.all(background.splice(0).map((work) => work.stop()));
      clients.close();
    },
  };
}
