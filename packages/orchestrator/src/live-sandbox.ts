import type { LiveSandboxState, SandboxRecord, Store } from '@stacyvm/store';
import type { RpcClient, SandboxTarget as WorkerTarget } from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';
import type { ReachedSandboxes } from './tenant-reach.js';
import type { WorkerClients } from './worker-clients.js';
import { isNotFound, isSilence } from './worker-failure.js';

/** A sandbox that can be used, and the client of the worker that has it. */
export interface SandboxTarget {
  readonly sandbox: SandboxRecord;
  readonly client: RpcClient;
}

/** Why the sandboxes of a worker are unhealthy that may not be used any more. */
export const WORKER_REVOKED = 'worker_revoked';

export interface LiveSandbox {
  /**
   * @param states those in which it can be used; by default while it runs
   * @throws OrchestratorError `sandbox_not_found`, `sandbox_not_running`, `worker_revoked` or `worker_unreachable`
   */
  require(id: string, states?: readonly LiveSandboxState[]): Promise<SandboxTarget>;
  /**
   * Marks a sandbox unhealthy whose worker did not do what it should; reconciliation finds out more. Never fails, so
   * that the caller is told why its call failed.
   */
  suspect(sandbox: SandboxRecord, reason: string): Promise<void>;
  /** The same after a call of its worker, if the failure says that the worker did not answer or has no such sandbox. */
  suspectAfter(error: unknown, sandbox: SandboxRecord): Promise<void>;
}

export function createLiveSandbox(options: {
  readonly store: Store;
  readonly clients: WorkerClients;
  /** Those that may be used; what is not among them is not found. */
  readonly sandboxes: Pick<ReachedSandboxes, 'find'>;
  readonly logger: Logger;
}): LiveSandbox {
  const { store, clients, sandboxes, logger } = options;

  async function suspect({ id, workerId }: SandboxRecord, reason: string): Promise<void> {
    const fields = { sandbox_id: id, worker_id: workerId, reason };
    try {
      const change = { from: ['running', 'idle'], to: 'unhealthy', reason } as const;
      const changed = await store.sandboxes.transition(id, change);
      if (changed !== undefined) logger.warn('sandbox is unhealthy', fields);
    } catch (error) {
      logger.error('sandbox not marked unhealthy', { ...fields, error });
    }
  }

  return {
    async require(id, states = ['running', 'idle']) {
      const sandbox = await sandboxes.find(id);
      if (sandbox === undefined || sandbox.state === 'destroyed') throw sandboxNotFound(id);
      if (!states.includes(sandbox.state)) {
        const why = sandbox.stateReason === '' ? '' : ` (${sandbox.stateReason})`;
        throw new OrchestratorError(
          'sandbox_not_running',
          `sandbox ${id} is ${sandbox.state}${why}, not running`,
        );
      }
      const worker = await store.workers.get(sandbox.workerId);
      if (worker === undefined) {
        throw new OrchestratorError('worker_unreachable', `worker ${sandbox.workerId} is not known any more`);
      }
      try {
        return { sandbox, client: clients.clientOf(worker) };
      } catch (error) {
        if (error instanceof OrchestratorError && error.code === WORKER_REVOKED) {
          await suspect(sandbox, WORKER_REVOKED);
        }
        throw error;
      }
    },

    suspect,

    async suspectAfter(error, sandbox) {
      if (isSilence(error)) await suspect(sandbox, 'worker_rpc_unavailable');
      else if (isNotFound(error)) await suspect(sandbox, 'runtime_missing');
    },
  };
}

/** How a worker is told which sandbox is meant. */
export function targetOf({ id, provider, runtimeId }: SandboxRecord): WorkerTarget {
  return { sandboxId: id, provider, runtimeId };
}

export function sandboxNotFound(id: string): OrchestratorError {
  return new OrchestratorError('sandbox_not_found', `sandbox not found: ${id}`);
}
