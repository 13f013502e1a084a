import { setTimeout as pause } from 'node:timers/promises';
import {
  type LeaseRecord,
  type SandboxExtension,
  type SandboxRecord,
  type Store,
  StoreError,
} from '@stacyvm/store';
import { type RpcClient, WorkerRpcError } from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { type LiveSandbox, sandboxNotFound } from './live-sandbox.js';
import type { Quotas } from './quotas.js';
import { leaseToken, leaseTtlOf } from './sandbox-lease.js';
import { requestedTtl } from './spawn-request.js';
import { fromWorkerFailure, isFenced } from './worker-failure.js';

/** Longer than the call of the worker takes. */
const CLAIM_MS = 30_000;
/** Others look at a sandbox for moments, unless they are about to destroy it. */
const CLAIM_ATTEMPTS = 20;
const CLAIM_PAUSE_MS = 100;
const RENEW_ATTEMPTS = 4;

export interface ExtendSandboxOptions {
  readonly store: Store;
  readonly live: LiveSandbox;
  readonly quotas: Pick<Quotas, 'timeLimits'>;
  /** The longest lease. */
  readonly leaseTtlMs?: number | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Lets a sandbox live for `ttl` from now, which may be shorter than before. Record and lease move together, then its worker is
 * told; when the worker cannot be told, both go back to what they were, and the failure says whether they did.
 *
 * @param ttl a duration such as `30m`, at most what a spawn may ask for
 * @throws OrchestratorError `invalid_duration`, `ttl_too_long`, `quota_exceeded`, `sandbox_not_found`, `sandbox_not_running`,
 *   `lease_conflict` while another process works on the sandbox, or what its worker answers
 */
export type ExtendSandbox = (id: string, request: { readonly ttl: string }) => Promise<SandboxRecord>;

export function createExtendSandbox(options: ExtendSandboxOptions): ExtendSandbox {
  const { store, live, quotas, leaseTtlMs, logger, clock } = options;

  return async (id, request) => {
    const { sandbox, client } = await live.require(id, ['running', 'idle', 'unhealthy']);
    const ttlMs = requestedTtl(request.ttl, (await quotas.timeLimits(sandbox)).ttl);
    const extension = await record(id, ttlMs);
    try {
      await tellWorker(client, extension, ttlMs);
    } finally {
      // A claim that cannot be given back ends by itself.
      await store.sandboxes
        .releaseClaim({ id, claimedUntil: extension.claimedUntil })
        .catch((error: unknown) => logger.warn('a sandbox stays claimed', { sandbox_id: id, error }));
    }
    const { workerId, expiresAt } = extension.sandbox;
    logger.info('sandbox extended', { sandbox_id: id, worker_id: workerId, expires_at: expiresAt });
    return extension.sandbox;
  };

  async function record(id: string, ttlMs: number): Promise<SandboxExtension> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const extension = await store.sandboxes.extend(id, {
          expiresAt: new Date(clock().getTime() + ttlMs),
          leaseTtlMs: leaseTtlOf(ttlMs, leaseTtlMs),
          claimMs: CLAIM_MS,
        });
        if (extension !== undefined) return extension;
        throw await notExtensible(id);
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
        if (attempt === CLAIM_ATTEMPTS) {
          const message = `sandbox ${id} is being worked on and was not extended; try again`;
          throw new OrchestratorError('lease_conflict', message, { cause: error });
        }
        await pause(CLAIM_PAUSE_MS);
      }
    }
  }

  async function notExtensible(id: string): Promise<OrchestratorError> {
    const sandbox = await store.sandboxes.get(id);
    if (sandbox === undefined || sandbox.state === 'destroyed') return sandboxNotFound(id);
    return new OrchestratorError('sandbox_not_running', `sandbox ${id} has expired`);
  }

  async function tellWorker(client: RpcClient, extension: SandboxExtension, ttlMs: number): Promise<void> {
    const { sandbox } = extension;
    try {
      await renew(client, extension.lease, leaseTtlOf(ttlMs, leaseTtlMs));
    } catch (error) {
      const outcome = (await takenBack(extension))
        ? 'it was not extended'
        : 'whether it was extended is not known; see its expires_at, or extend it again';
      await live.suspectAfter(error, sandbox);
      const failure = await failureOf(error, sandbox);
      if (!(failure instanceof OrchestratorError)) throw failure;
      throw new OrchestratorError(failure.code, `${failure.message}: ${outcome}`, { cause: error });
    }
  }

  /** The worker may renew the lease by itself at the same moment; then it is told by the lease that it has got. */
  async function renew(client: RpcClient, granted: LeaseRecord, ttlMs: number): Promise<void> {
    let lease = granted;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.renewLease(leaseToken(lease), ttlMs);
        return;
      } catch (error) {
        if (attempt === RENEW_ATTEMPTS || !isOutdated(error)) throw error;
        const current = await store.leases.get(lease.resourceId).catch(() => undefined);
        if (current?.holderId !== lease.holderId || current.generation <= lease.generation) throw error;
        lease = current;
      }
    }
  }

  async function failureOf(error: unknown, { id, workerId }: SandboxRecord): Promise<Error> {
    const refusal = fromWorkerFailure(error, workerId, id);
    if (!isOutdated(error)) return refusal;
    const sandbox = await store.sandboxes.get(id).catch(() => undefined);
    return sandbox?.state === 'destroyed'
      ? new OrchestratorError('sandbox_lost', `sandbox ${id} was destroyed meanwhile`)
      : new OrchestratorError('lease_conflict', `the lease of sandbox ${id} was changed meanwhile`);
  }

  async function takenBack(extension: SandboxExtension): Promise<boolean> {
    try {
      return await store.sandboxes.takeBack(extension);
    } catch (error) {
      logger.error('an extension that the worker does not know of stays recorded', {
        sandbox_id: extension.sandbox.id,
        error,
      });
      return false;
    }
  }
}

/** Whether the lease of the call is not the newest any more. */
function isOutdated(error: unknown): boolean {
  return isFenced(error) || (error instanceof WorkerRpcError && error.reason === 'lease_conflict');
}
