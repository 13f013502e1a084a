import { type SandboxRecord, type Store, StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';
import type { PolicyGate, SpawnContext } from './policy-gate.js';
import type { Quotas } from './quotas.js';
import type { SandboxRemover } from './remove-sandbox.js';
import {
  type AdmittedSandbox,
  ownerKey,
  type PlacementNeeds,
  type SandboxAdmission,
} from './sandbox-admission.js';
import { leaseToken } from './sandbox-lease.js';
import type { SpawnQueue } from './spawn-queue.js';
import {
  NO_NETWORK,
  type ResolvedSpawn,
  resolveSpawnRequest,
  type SpawnDefaults,
  type SpawnRequest,
  subjectOf,
} from './spawn-request.js';
import {
  fromWorkerFailure,
  isCallersFault,
  isFenced,
  isSilence,
  surelyHadNoEffect,
} from './worker-failure.js';

export interface SpawnSandboxOptions {
  readonly store: Store;
  readonly admission: SandboxAdmission;
  readonly queue: SpawnQueue<AdmittedSandbox>;
  readonly remover: SandboxRemover;
  readonly gate: PolicyGate;
  readonly quotas: Pick<Quotas, 'timeLimits'>;
  readonly defaults: SpawnDefaults;
  readonly logger: Logger;
}

/** On so many workers a spawn may fail: what fails on them will fail on the others, and a fleet is large. */
const MAX_FAILED_WORKERS = 3;

/** Spawns a sandbox and waits until it runs; where there is a queue, also until there is room for it. */
export type SpawnSandbox = (
  request: SpawnRequest,
  signal?: AbortSignal,
  context?: SpawnContext,
) => Promise<SandboxRecord>;

/**
 * A sandbox is recorded before its worker is asked for it, so that whatever happens in between is found again:
 * ask the policies, place, reserve (record and lease in one transaction), call the worker, record that it runs.
 */
export function createSpawnSandbox(options: SpawnSandboxOptions): SpawnSandbox {
  const { store, admission, queue, gate } = options;

  return async (request, signal, context = {}) => {
    const arrival = queue.arrive();
    const { ttl } = await options.quotas.timeLimits(subjectOf(request));
    const spawn = resolveSpawnRequest(request, options.defaults, ttl);
    if (signal?.aborted) throw cancelled();
    const permission = await gate.pass(spawn, context);
    const needs = (): PlacementNeeds => ({
      networkChoice: spawn.networkMode !== NO_NETWORK || permission.judgesNetwork(),
    });
    const tried = new Set<string>();
    let admitted = await queue.admit({
      arrival,
      lane: laneOf(spawn),
      owner: ownerKey(spawn),
      provider: placementClass(spawn),
      async attempt() {
        // It may have waited long, and the rules may be others now.
        await permission.renew();
        tried.clear();
        return admission.admit(spawn, needs(), tried);
      },
      signal,
    });
    for (let failed = 0; ; ) {
      const attempt = await spawnOn(admitted, spawn, signal);
      if (attempt.sandbox !== undefined) return attempt.sandbox;
      if (attempt.hadBegun) failed += 1;
      if (!attempt.mayTryAnother || failed === MAX_FAILED_WORKERS) throw attempt.failure;
      if (signal?.aborted) throw cancelled();
      admitted = await another(spawn, needs(), tried, attempt.failure);
    }
  };

  /** Whom a worker has refused does not wait for another: that is told to the caller. */
  async function another(
    spawn: ResolvedSpawn,
    needs: PlacementNeeds,
    tried: Set<string>,
    failure: Error,
  ): Promise<AdmittedSandbox> {
    const attempt = await admission.admit(spawn, needs, tried).catch((error: unknown) => {
      if (error instanceof OrchestratorError && error.code === 'no_eligible_worker') throw failure;
      throw error;
    });
    if ('refusal' in attempt) throw failure;
    return attempt.admitted;
  }

  async function spawnOn(
    { worker, client, lease, sandbox: reserved }: AdmittedSandbox,
    spawn: ResolvedSpawn,
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const { id } = reserved;
    if (signal?.aborted) {
      await end(id, 'abandoned');
      return { failure: cancelled(), mayTryAnother: false };
    }
    let sandbox = reserved;
    try {
      const result = await client.spawn(workerRequest(id, spawn), leaseToken(lease));
      const runtimeId = result.runtimeId ?? id;
      sandbox = { ...sandbox, runtimeId };
      // Without a caller it stays a spawn under way, which reconciliation ends if it cannot be undone here.
      // Nor is it handed out when reconciliation has it already, as its spawn took long by another's clock, and destroys it.
      const change = { from: ['creating'], to: 'running', runtimeId, unclaimed: true } as const;
      const running = signal?.aborted ? undefined : await store.sandboxes.transition(id, change);
      if (running !== undefined && !signal?.aborted) return { sandbox: running };
    } catch (error) {
      return afterFailure(error, worker.id, sandbox);
    }
    await undo(sandbox, 'abandoned');
    return { failure: cancelled(), mayTryAnother: false };
  }

  async function afterFailure(error: unknown, workerId: string, sandbox: SandboxRecord): Promise<Attempt> {
    options.logger.warn('spawn failed', { sandbox_id: sandbox.id, worker_id: workerId, error });
    if (surelyHadNoEffect(error)) {
      await end(sandbox.id, 'spawn_refused');
      // A newer lease than the spawn's own is the one of its destruction.
      if (isFenced(error)) return { failure: cancelled(), mayTryAnother: false };
      return {
        failure: fromWorkerFailure(error, workerId, sandbox.id),
        mayTryAnother: !isCallersFault(error),
      };
    }
    admission.avoid(workerId);
    const isGone = await undo(sandbox, 'spawn_failed');
    // Who was silent has used up the time of the call; who said that it failed, and then that nothing is left, has not.
    return {
      failure: fromWorkerFailure(error, workerId, sandbox.id),
      mayTryAnother: isGone && !isSilence(error) && !isCallersFault(error),
      hadBegun: true,
    };
  }

  /** Ends what no worker has. */
  async function end(id: string, reason: string): Promise<void> {
    try {
      await store.sandboxes.markDestroyed(id, reason);
    } catch (error) {
      // Its tenant has been deleted meanwhile, and its record with it.
      if (!(error instanceof StoreError && error.code === 'not_found')) throw error;
    }
    queue.capacityFreed();
  }

  /** Tells whether nothing is left. What cannot be undone now, reconciliation undoes later: the record stays. */
  async function undo(sandbox: SandboxRecord, reason: string): Promise<boolean> {
    try {
      await options.remover.remove(sandbox, reason);
      return true;
    } catch (error) {
      options.logger.warn('a spawn is left to reconciliation', { sandbox_id: sandbox.id, error });
      return false;
    }
  }
}

/** Tenants take turns, whoever of them asks; and so do the owners that belong to none. */
function laneOf({ tenantId, ownerId }: ResolvedSpawn): string {
  return tenantId === '' ? `owner ${ownerId}` : `tenant ${tenantId}`;
}

/** Spawns that are placed by the same rules wait for the same room. */
function placementClass({ provider, requirements, networkMode }: ResolvedSpawn): string {
  const labels = Object.entries(requirements).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const more = [...(networkMode === NO_NETWORK ? [] : [networkMode]), ...labels];
  return more.length === 0 ? provider.toLowerCase() : `${provider.toLowerCase()} ${JSON.stringify(more)}`;
}

function workerRequest(sandboxId: string, spawn: ResolvedSpawn) {
  const { image, provider, memoryMb, vcpus, ownerId, ttlMs, networkMode, metadata } = spawn;
  return { sandboxId, image, provider, memoryMb, vcpus, ownerId, ttlMs, networkMode, metadata };
}

function cancelled(): OrchestratorError {
  return new OrchestratorError('cancelled', 'the sandbox was destroyed before the caller got it');
}

type Attempt =
  | { readonly sandbox: SandboxRecord; readonly failure?: undefined }
  | {
      readonly sandbox?: undefined;
      readonly failure: Error;
      readonly mayTryAnother: boolean;
      /** The worker was at it, and failed. */
      readonly hadBegun?: boolean;
    };
