import type { WorkerRecord } from '@stacyvm/store';
import { deriveWorkerKey } from '@stacyvm/token';
import { createRpcClient, type RpcClient, type RpcCredential, WorkerRpcError } from '@stacyvm/worker-rpc';
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

interface KnownClient {
  readonly client: RpcClient;
  readonly instanceId: string;
  readonly address: string;
  /** The heartbeat that it was made from. */
  readonly heardAt: number;
}

export function createWorkerClients(options: WorkerClientsOptions): WorkerClients {
  const clients = new Map<string, KnownClient>();
  const replaced = new Set<RpcClient>();

  return {
    clientOf(worker) {
      const { instanceId } = worker;
      const kind = credentialKind(worker, options);
      const address = `${worker.rpcUrl} ${kind}`;
      const heardAt = worker.lastHeartbeat.getTime();
      const known = clients.get(worker.id);
      if (known !== undefined) {
        // A record that was read before the worker came back must not bring its old client back.
        if (known.heardAt > heardAt) return known.client;
        if (known.instanceId === instanceId && known.address === address) return known.client;
      }
      const client = open(worker, credentialOf(kind, worker, options), options);
      clients.set(worker.id, { client, instanceId, address, heardAt });
      // Nobody will answer the calls of a process that is gone; those of one that lives come to their end.
      if (known?.instanceId === instanceId) replaced.add(known.client);
      else known?.client.close();
      return client;
    },
    close() {
      for (const { client } of clients.values()) client.close();
      for (const client of replaced) client.close();
      clients.clear();
      replaced.clear();
    },
  };
}

type CredentialKind = 'static' | 'master' | 'derived';

/**
 * Signed comes first; a worker is answered with the kind of key that it showed itself: derived keys never leave it
 * dependent on the master key, and a reference worker that holds the master key does not know derived ones.
 */
function credentialKind(
  { id, rpcUrl, credential }: WorkerRecord,
  { signingKey, sharedToken }: WorkerClientsOptions,
): CredentialKind {
  if (rpcUrl === '') {
    throw new OrchestratorError('worker_unreachable', `worker ${id} does not say where it can be called`);
  }
  if (sharedToken !== undefined && (credential?.form === 'static' || signingKey === undefined))
    return 'static';
  if (signingKey === undefined) {
    throw new OrchestratorError('worker_unreachable', `there is no credential to call worker ${id} with`);
  }
  return credential?.keyRole?.startsWith('derived') ? 'derived' : 'master';
}

function credentialOf(
  kind: CredentialKind,
  { id }: WorkerRecord,
  { signingKey = '', sharedToken = '' }: WorkerClientsOptions,
): RpcCredential {
  if (kind === 'static') return { kind: 'static', token: sharedToken };
  return { kind: 'signed', key: kind === 'derived' ? deriveWorkerKey(signingKey, id) : signingKey };
}

function open(
  { id, rpcUrl }: WorkerRecord,
  credential: RpcCredential,
  { spawnTimeoutMs, clock }: WorkerClientsOptions,
): RpcClient {
  try {
    return createRpcClient({
      workerId: id,
      rpcUrl,
      credential,
      timeouts: { spawnMs: spawnTimeoutMs },
      clock,
    });
  } catch (error) {
    if (!(error instanceof WorkerRpcError)) throw error;
    throw new OrchestratorError('worker_unreachable', `worker ${id} cannot be called: ${error.message}`, {
      cause: error,
    });
  }
}
