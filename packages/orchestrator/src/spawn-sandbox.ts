import { type SandboxRecord, type Store, StoreError, type WorkerRecord } from '@stacyvm/store';
import { allWorkers } from './all-workers.js';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { offers, rankWorkers, workerCapacity } from './placement.js';
import type { SandboxRemover } from './remove-sandbox.js';
import { newSandboxId } from './sandbox-id.js';
import { LEASE_GRACE_MS, leaseToken } from './sandbox-lease.js';
import {
  type ResolvedSpawn,
  resolveSpawnRequest,
  type SpawnDefaults,
  type SpawnRequest,
} from './spawn-request.js';
import type { WorkerClients } from './worker-clients.js';
import type { WorkerCredentials } from './worker-credentials.js';
import { fromWorkerFailure, isCallersFault, isFenced, surelyHadNoEffect } from './worker-failure.js';

export interface SpawnSandboxOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly credentials: WorkerCredentials;
  readonly remover: SandboxRemover;
  readonly defaults: SpawnDefaults;
  /** Over the whole fleet; 0 is no limit. */
  readonly maxSandboxes: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Spawns a sandbox and waits until it runs. */
export type SpawnSandbox = (request: SpawnRequest, signal?: AbortSignal) => Promise<SandboxRecord>;

/**
 * A sandbox is recorded before its worker is asked for it, so that whatever happens in between is found again:
 * place, reserve (record and lease in one transaction), call the worker, record that it runs.
 */
export function createSpawnSandbox(options: SpawnSandboxOptions): SpawnSandbox {
  const { store, clock, defaults } = options;

  return async (request, signal) => {
    const spawn = resolveSpawnRequest(request, defaults);
    const tried = new Set<string>();
    let lastFailure: Error | undefined;
    for (;;) {
      if (signal?.aborted) throw cancelled();
      const worker = await bestWorker(spawn, tried);
      if (worker === undefined) throw lastFailure ?? new OrchestratorError('no_eligible_worker', NO_WORKER);
      tried.add(worker.id);
      const attempt = await spawnOn(worker, spawn, signal);
      if (attempt.sandbox !== undefined) return attempt.sandbox;
      lastFailure = attempt.failure;
      if (!attempt.mayTryAnother) throw attempt.failure;
    }
  };

  async function bestWorker(
    spawn: ResolvedSpawn,
    tried: ReadonlySet<string>,
  ): Promise<WorkerRecord | undefined> {
    const [workers, active] = await Promise.all([allWorkers(store), store.sandboxes.countActiveByWorker()]);
    if (workers.length > 0 && !workers.some((worker) => offers(worker, spawn.provider))) {
      throw new OrchestratorError('provider_unknown', `provider not found: ${spawn.provider}`);
    }
    const usable = workers.filter(
      (worker) => !tried.has(worker.id) && !options.credentials.isRevoked(worker),
    );
    return rankWorkers(usable, active, { provider: spawn.provider, now: clock() })[0];
  }

  async function spawnOn(
    worker: WorkerRecord,
    spawn: ResolvedSpawn,
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const client = clientOf(worker);
    if (client instanceof Error) return { failure: client, mayTryAnother: true };
    const id = newSandboxId();
    const reservation = await reserve(id, worker, spawn);
    if (reservation instanceof Error) return { failure: reservation, mayTryAnother: true };
    let { sandbox } = reservation;
    try {
      const result = await client.spawn(workerRequest(id, spawn), leaseToken(reservation.lease));
      const runtimeId = result.runtimeId ?? id;
      sandbox = { ...sandbox, runtimeId };
      // Without a caller it stays a spawn under way, which reconciliation ends if it cannot be undone here.
      const running = signal?.aborted
        ? undefined
        : await store.sandboxes.transition(id, { from: ['creating'], to: 'running', runtimeId });
      if (running !== undefined && !signal?.aborted) return { sandbox: running };
    } catch (error) {
      return afterFailure(error, worker, sandbox);
    }
    await undo(sandbox, 'abandoned');
    return { failure: cancelled(), mayTryAnother: false };
  }

  function clientOf(worker: WorkerRecord) {
    try {
      return options.clients.clientOf(worker);
    } catch (error) {
      if (error instanceof OrchestratorError) return error;
      throw error;
    }
  }

  async function reserve(id: string, worker: WorkerRecord, spawn: ResolvedSpawn) {
    const maxActiveOnWorker = workerCapacity(worker);
    try {
      return await store.sandboxes.reserve({
        id,
        provider: spawn.provider,
        image: spawn.image,
        memoryMb: spawn.memoryMb,
        vcpus: spawn.vcpus,
        ownerId: spawn.ownerId,
        workerId: worker.id,
        metadata: spawn.metadata,
        expiresAt: new Date(clock().getTime() + spawn.ttlMs),
        leaseTtlMs: spawn.ttlMs + LEASE_GRACE_MS,
        ...(maxActiveOnWorker === undefined ? {} : { maxActiveOnWorker }),
        ...(options.maxSandboxes === 0 ? {} : { maxActive: options.maxSandboxes }),
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'capacity' && error.limit === 'total') {
        throw new OrchestratorError(
          'max_sandboxes',
          `resource limit exceeded: max sandboxes reached (${options.maxSandboxes})`,
        );
      }
      if (error.code === 'capacity' || error.code === 'not_found')
        return new OrchestratorError('no_eligible_worker', NO_WORKER);
      throw error;
    }
  }

  async function afterFailure(
    error: unknown,
    worker: WorkerRecord,
    sandbox: SandboxRecord,
  ): Promise<Attempt> {
    options.logger.warn('spawn failed', { sandbox_id: sandbox.id, worker_id: worker.id, error });
    if (surelyHadNoEffect(error)) {
      await store.sandboxes.markDestroyed(sandbox.id, 'spawn_refused');
      // A newer lease than the spawn's own is the one of its destruction.
      if (isFenced(error)) return { failure: cancelled(), mayTryAnother: false };
      return {
        failure: fromWorkerFailure(error, worker.id, sandbox.id),
        mayTryAnother: !isCallersFault(error),
      };
    }
    await undo(sandbox, 'spawn_failed');
    return { failure: fromWorkerFailure(error, worker.id, sandbox.id), mayTryAnother: false };
  }

  /** What cannot be undone now, reconciliation undoes later: the record stays. */
  async function undo(sandbox: SandboxRecord, reason: string): Promise<void> {
    try {
      await options.remover.remove(sandbox, reason);
    } catch (error) {
      options.logger.warn('a spawn is left to reconciliation', { sandbox_id: sandbox.id, error });
    }
  }
}

function workerRequest(sandboxId: string, spawn: ResolvedSpawn) {
  const { image, provider, memoryMb, vcpus, ownerId, ttlMs, metadata } = spawn;
  return { sandboxId, image, provider, memoryMb, vcpus, ownerId, ttlMs, metadata };
}

function cancelled(): OrchestratorError {
  return new OrchestratorError('cancelled', 'the sandbox was destroyed before the caller got it');
}

const NO_WORKER = 'resource limit exceeded: no eligible worker available';

type Attempt =
  | { readonly sandbox: SandboxRecord; readonly failure?: undefined }
  | { readonly sandbox?: undefined; readonly failure: Error; readonly mayTryAnother: boolean };
