import type { ClaimedSandbox, Store, WorkerRecord } from '@stacyvm/store';
import type { Clock, Logger } from './host.js';
import { targetOf, WORKER_REVOKED } from './live-sandbox.js';
import type { SandboxRemover } from './remove-sandbox.js';
import type { WorkerClients } from './worker-clients.js';
import type { WorkerCredentials } from './worker-credentials.js';
import { isNotFound } from './worker-failure.js';

/** How long one control plane keeps a sandbox to itself while it works on it: longer than any call of a worker. */
const CLAIM_MS = 90_000;
/**
 * The same for a look at a sandbox, which may be repeated: after the death of who looked, another finds out soon whether
 * a sandbox that is taken for unhealthy is.
 */
const CHECK_CLAIM_MS = 15_000;
const BATCH = 50;
const MAX_BATCHES = 40;

export interface ReconcileOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly credentials: WorkerCredentials;
  readonly remover: SandboxRemover;
  /** Whether a worker is taken for dead. */
  readonly isStale: (worker: WorkerRecord) => boolean;
  readonly spawnTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Destroys what is past its time. Several control planes share the work: each sandbox is claimed by one. */
export async function reapExpired(options: ReconcileOptions, signal?: AbortSignal): Promise<void> {
  const { store, remover, clock } = options;
  await eachClaimed(options, signal, {
    claim: () => store.sandboxes.claimExpired({ before: clock(), limit: BATCH, claimMs: CLAIM_MS }),
    work: (sandbox) => remover.remove(sandbox, 'expired', { signal }),
  });
}

/** Destroys what is left on draining workers after their deadline. */
export async function evictDrained(options: ReconcileOptions, signal?: AbortSignal): Promise<void> {
  const { store, remover, clock } = options;
  await eachClaimed(options, signal, {
    claim: () => store.sandboxes.claimEvicted({ before: clock(), limit: BATCH, claimMs: CLAIM_MS }),
    work: (sandbox) => remover.remove(sandbox, 'evicted', { signal }),
  });
}

/** Ends spawns whose control plane died: nobody knows of their sandboxes, so they are destroyed. */
export async function endAbandonedSpawns(options: ReconcileOptions, signal?: AbortSignal): Promise<void> {
  const { store, remover, clock, spawnTimeoutMs } = options;
  // A spawn is still its control plane's own while the worker may answer it, and the undoing of a failed one is, too.
  const olderThan = new Date(clock().getTime() - 2 * spawnTimeoutMs);
  await eachClaimed(options, signal, {
    claim: () => store.sandboxes.claimStuckCreating({ olderThan, limit: BATCH, claimMs: CLAIM_MS }),
    work: (sandbox) => remover.remove(sandbox, 'spawn_abandoned', { signal }),
  });
}

/** Compares records with the workers that should hold them; each is compared once in `intervalMs`. */
export async function checkRunning(
  options: ReconcileOptions & { readonly intervalMs: number },
  signal?: AbortSignal,
): Promise<void> {
  const { store, clock, intervalMs } = options;
  const notCheckedSince = new Date(clock().getTime() - intervalMs);
  await eachClaimed(options, signal, {
    claim: () =>
      store.sandboxes.claimForReconcile({ notCheckedSince, limit: BATCH, claimMs: CHECK_CLAIM_MS }),
    work: (sandbox) => checkOne(sandbox, options, signal),
  });
}

async function checkOne(
  sandbox: ClaimedSandbox,
  options: ReconcileOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { store, logger } = options;
  const worker = await store.workers.get(sandbox.workerId);
  const verdict = await judge(sandbox, worker, options, signal);
  const fields = { sandbox_id: sandbox.id, worker_id: sandbox.workerId };
  if (verdict === 'running' && sandbox.state === 'unhealthy') {
    await store.sandboxes.transition(sandbox.id, { from: ['unhealthy'], to: 'running' });
    logger.info('sandbox is healthy again', fields);
  } else if (verdict !== 'running' && verdict !== sandbox.stateReason) {
    await store.sandboxes.transition(sandbox.id, {
      from: ['running', 'idle', 'unhealthy'],
      to: 'unhealthy',
      reason: verdict,
    });
    logger.warn('sandbox is unhealthy', { ...fields, reason: verdict });
  }
}

/** `running`, or the reason why the sandbox is unhealthy. */
async function judge(
  sandbox: ClaimedSandbox,
  worker: WorkerRecord | undefined,
  { clients, credentials, isStale }: ReconcileOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (worker === undefined) return 'worker_missing';
  if (credentials.isRevoked(worker)) return WORKER_REVOKED;
  if (isStale(worker)) return 'worker_stale';
  try {
    const { state } = await clients.clientOf(worker).status(targetOf(sandbox), { signal });
    return state === 'running' ? 'running' : 'runtime_stopped';
  } catch (error) {
    // A call that was given up says nothing about the sandbox.
    if (signal?.aborted) throw error;
    // It was cut off for that.
    if (credentials.isRevoked(worker)) return WORKER_REVOKED;
    return isNotFound(error) ? 'runtime_missing' : 'worker_rpc_unavailable';
  }
}

/**
 * Works through all that can be claimed, batch by batch. What fails stays claimed until the round ends, so that it does
 * not come up again and keep the others waiting.
 */
async function eachClaimed(
  { store, logger }: Pick<ReconcileOptions, 'store' | 'logger'>,
  signal: AbortSignal | undefined,
  task: {
    readonly claim: () => Promise<readonly ClaimedSandbox[]>;
    readonly work: (sandbox: ClaimedSandbox) => Promise<void>;
  },
): Promise<void> {
  const failed: ClaimedSandbox[] = [];
  const attempt = async (sandbox: ClaimedSandbox): Promise<void> => {
    try {
      await task.work(sandbox);
      await store.sandboxes.releaseClaim(sandbox);
    } catch (error) {
      failed.push(sandbox);
      if (signal?.aborted) return;
      const fields = { sandbox_id: sandbox.id, worker_id: sandbox.workerId, error };
      logger.warn('sandbox left for the next round', fields);
    }
  };
  try {
    for (let batch = 0; batch < MAX_BATCHES && !signal?.aborted; batch += 1) {
      const claimed = await task.claim();
      await Promise.all(claimed.map(attempt));
      if (claimed.length < BATCH) break;
    }
  } finally {
    // A claim that cannot be given back ends by itself.
    await Promise.allSettled(failed.map((sandbox) => store.sandboxes.releaseClaim(sandbox)));
  }
}
