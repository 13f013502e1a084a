import type { WorkerRecord } from '@stacyvm/store';
import { deriveWorkerKey } from '@stacyvm/token';
import { createRpcClient, type RpcClient, type RpcCredential } from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';
import type { Clock } from './host.js';

export interface WorkerClientsOptions {
  /** The master signing key. With it every call carries a token of its own. */
  readonly signingKey?: string | undefined;
  /** The shared static token, for workers that authenticate by it. */
  readonly sharedToken?: string | undefined;
  readonly spawnTimeoutMs: number;
  readonly clock: Clock;
}

/** The RPC clients of the fleet: one a worker, made anew when its address or its kind of credential changes. */
export interface WorkerClients {
  /** @throws OrchestratorError `worker_unreachable` when the worker cannot be called at all */
  clientOf(worker: WorkerRecord): RpcClient;
  close(): void;
}

export function createWorkerClients(options: WorkerClientsOptions): WorkerClients {
  const clients = new Map<string, { readonly identity: string; readonly client: RpcClient }>();

  return {
    clientOf(worker) {
      const credential = credentialFor(worker, options);
      const identity = `${worker.rpcUrl} ${worker.instanceId} ${worker.credential?.form} ${worker.credential?.keyRole}`;
      const known = clients.get(worker.id);
      if (known?.identity === identity) return known.client;
      known?.client.close();
      const client = createRpcClient({
        workerId: worker.id,
        rpcUrl: worker.rpcUrl,
        credential,
        timeouts: { spawnMs: options.spawnTimeoutMs },
        clock: options.clock,
      });
      clients.set(worker.id, { identity, client });
      return client;
    },
    close() {
      for (const { client } of clients.values()) client.close();
      clients.clear();
    },
  };
}

/**
 * Signed comes first; a worker is answered with the kind of key that it showed itself: derived keys never leave it
 * dependent on the master key, and a reference worker that holds the master key does not know derived ones.
 */
function credentialFor(
  worker: WorkerRecord,
  { signingKey, sharedToken }: WorkerClientsOptions,
): RpcCredential {
  if (worker.rpcUrl === '') {
    throw new OrchestratorError(
      'worker_unreachable',
      `worker ${worker.id} does not say where it can be called`,
    );
  }
  if (worker.credential?.form === 'static' && sharedToken !== undefined)
    return { kind: 'static', token: sharedToken };
  if (signingKey !== undefined) {
    const derived = worker.credential?.keyRole?.startsWith('derived') ?? false;
    return { kind: 'signed', key: derived ? deriveWorkerKey(signingKey, worker.id) : signingKey };
  }
  if (sharedToken !== undefined) return { kind: 'static', token: sharedToken };
  throw new OrchestratorError(
    'worker_unreachable',
    `there is no credential to call worker ${worker.id} with`,
  );
}
