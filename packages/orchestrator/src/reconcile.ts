import type { ClaimedSandbox, Store, WorkerRecord } from '@stacyvm/store';
import type { Clock, Logger } from './host.js';
import { targetOf } from './live-sandbox.js';
import { isStale } from './placement.js';
import type { SandboxRemover } from './remove-sandbox.js';
import type { WorkerClients } from './worker-clients.js';
import { isNotFound } from './worker-failure.js';

/** How long one control plane keeps a sandbox to itself while it works on it. */
const CLAIM_MS = 60_000;
const BATCH = 50;

export interface ReconcileOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly remover: SandboxRemover;
  readonly spawnTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Destroys what is past its time. Several control planes share the work: each sandbox is claimed by one. */
export async function reapExpired({ store, remover, logger, clock }: ReconcileOptions): Promise<void> {
  const expired = await store.sandboxes.claimExpired({ before: clock(), limit: BATCH, claimMs: CLAIM_MS });
  await eachClaimed(expired, (sandbox) => remover.remove(sandbox, 'expired'), { store, logger });
}

/** Ends spawns whose control plane died: nobody knows of their sandboxes, so they are destroyed. */
export async function endAbandonedSpawns(options: ReconcileOptions): Promise<void> {
  const { store, remover, logger, clock, spawnTimeoutMs } = options;
  // A spawn is still its control plane's own while the worker may answer it, and the undoing of a failed one is, too.
  const olderThan = new Date(clock().getTime() - 2 * spawnTimeoutMs);
  const abandoned = await store.sandboxes.claimStuckCreating({ olderThan, limit: BATCH, claimMs: CLAIM_MS });
  await eachClaimed(abandoned, (sandbox) => remover.remove(sandbox, 'spawn_abandoned'), { store, logger });
}

/** Compares records with the workers that should hold them. */
export async function checkRunning(
  options: ReconcileOptions & { readonly intervalMs: number },
): Promise<void> {
  const { store, logger, clock, intervalMs } = options;
  const claimed = await store.sandboxes.claimForReconcile({
    notCheckedSince: new Date(clock().getTime() - intervalMs),
    limit: BATCH,
    claimMs: CLAIM_MS,
  });
  await eachClaimed(claimed, (sandbox) => checkOne(sandbox, options), { store, logger });
}

async function checkOne(sandbox: ClaimedSandbox, options: ReconcileOptions): Promise<void> {
  const { store, clock, logger } = options;
  const worker = await store.workers.get(sandbox.workerId);
  const verdict = await judge(sandbox, worker, options, clock());
  if (verdict === 'running' && sandbox.state === 'unhealthy') {
    await store.sandboxes.transition(sandbox.id, { from: ['unhealthy'], to: 'running' });
    logger.info('sandbox is healthy again', { sandbox_id: sandbox.id, worker_id: sandbox.workerId });
  } else if (verdict !== 'running' && verdict !== sandbox.stateReason) {
    await store.sandboxes.transition(sandbox.id, {
      from: ['running', 'idle', 'unhealthy'],
      to: 'unhealthy',
      reason: verdict,
    });
    logger.warn('sandbox is unhealthy', {
      sandbox_id: sandbox.id,
      worker_id: sandbox.workerId,
      reason: verdict,
    });
  }
}

/** `running`, or the reason why the sandbox is unhealthy. */
async function judge(
  sandbox: ClaimedSandbox,
  worker: WorkerRecord | undefined,
  { clients }: ReconcileOptions,
  now: Date,
): Promise<string> {
  if (worker === undefined) return 'worker_missing';
  if (isStale(worker, now)) return 'worker_stale';
  try {
    const { state } = await clients.clientOf(worker).status(targetOf(sandbox));
    return state === 'running' ? 'running' : 'runtime_stopped';
  } catch (error) {
    return isNotFound(error) ? 'runtime_missing' : 'worker_rpc_unavailable';
  }
}

async function eachClaimed(
  claimed: readonly ClaimedSandbox[],
  work: (sandbox: ClaimedSandbox) => Promise<void>,
  { store, logger }: Pick<ReconcileOptions, 'store' | 'logger'>,
): Promise<void> {
  await Promise.all(
    claimed.map(async (sandbox) => {
      try {
        await work(sandbox);
      } catch (error) {
        logger.warn('sandbox left for the next round', {
          sandbox_id: sandbox.id,
          worker_id: sandbox.workerId,
          error,
        });
      } finally {
        await store.sandboxes.releaseClaim(sandbox);
      }
    }),
  );
}
