import type { WorkerRecord } from '@stacyvm/store';
import {
  type CallKind,
  type CallLoad,
  type CallSlots,
  createCallSlots,
  createRpcClient,
  type RpcClient,
  type RpcClientTls,
  type RpcCredential,
  type RpcUrlPolicy,
  WorkerRpcError,
} from '@stacyvm/worker-rpc';
import { OrchestratorError } from './errors.js';
import type { Clock } from './host.js';
import { createRpcClientLifetime, type RpcClientLifetime, type RpcRefusal } from './rpc-client-lifetime.js';
import { isSameCredential, type WorkerCredentials } from './worker-credentials.js';

export interface WorkerClientsOptions {
  readonly credentials: WorkerCredentials;
  readonly spawnTimeoutMs: number;
  /** Workers are called by TLS alone, with these. */
  readonly rpcTls?: RpcClientTls | undefined;
  /** Where workers may be called at the moment, by default anywhere. Another object means other rules. */
  readonly rpcUrlPolicy?: (() => RpcUrlPolicy) | undefined;
  /** Calls of one worker that may be under way at once, of each kind; by default 256. */
  readonly maxConcurrentCalls?: number | undefined;
  /** For metrics. */
  readonly onRpcRefusal?: ((refusal: RpcRefusal) => void) | undefined;
  readonly clock: Clock;
}

/** The RPC clients of the fleet: one a worker, made anew when its address or what it is proven with changes. */
export interface WorkerClients {
  /** @throws OrchestratorError `worker_revoked`, or `worker_unreachable` when the worker cannot be called at all */
  clientOf(worker: WorkerRecord): RpcClient;
  /** The calls of all workers that are under way. */
  load(): CallLoad;
  /** Ends the calls of revoked workers that are under way. */
  closeRevoked(): void;
  close(): void;
}

/** A client that is open, and a record of its worker. */
interface LiveClient {
  readonly worker: WorkerRecord;
  readonly slots: CallSlots;
}

interface KnownClient {
  readonly lifetime: RpcClientLifetime;
  /** What it was made from. */
  readonly worker: WorkerRecord;
  readonly credential: RpcCredential;
  readonly urlPolicy: RpcUrlPolicy | undefined;
  /** Of the worker, whatever becomes of the client. */
  readonly slots: CallSlots;
}

export function createWorkerClients(options: WorkerClientsOptions): WorkerClients {
  const { credentials, onRpcRefusal } = options;
  const known = new Map<string, KnownClient>();
  /** Every client that is not closed, replaced ones with calls under way too. */
  const live = new Map<RpcClientLifetime, LiveClient>();

  function open(
    worker: WorkerRecord,
    credential: RpcCredential,
    urlPolicy: RpcUrlPolicy | undefined,
    slots: CallSlots,
  ): RpcClientLifetime {
    const lifetime = createRpcClientLifetime(
      createClient(worker, { credential, urlPolicy, slots }, options),
      {
        onRefusal: (refusal) => onRpcRefusal?.(refusal),
        onClosed: () => live.delete(lifetime),
      },
    );
    live.set(lifetime, { worker, slots });
    return lifetime;
  }

  return {
    clientOf(asked) {
      const current = known.get(asked.id);
      // A record that was read before the worker came back must not bring its old client back.
      const isOutdated =
        current !== undefined && current.worker.lastHeartbeat.getTime() > asked.lastHeartbeat.getTime();
      const worker = isOutdated ? current.worker : asked;
      const credential = credentialOf(worker, credentials);
      const urlPolicy = options.rpcUrlPolicy?.();
      if (current !== undefined && isSameProcess(current.worker, worker)) {
        if (
          current.worker.rpcUrl === worker.rpcUrl &&
          current.urlPolicy === urlPolicy &&
          isSameCredential(current.credential, credential)
        ) {
          known.set(worker.id, { ...current, worker });
          live.set(current.lifetime, { worker, slots: current.slots });
          return current.lifetime.client;
        }
      }
      const slots = current?.slots ?? createCallSlots(options.maxConcurrentCalls);
      const lifetime = open(worker, credential, urlPolicy, slots);
      known.set(worker.id, { lifetime, worker, credential, urlPolicy, slots });
      // Nobody will answer the calls of a process that is gone; those of one that lives come to their end.
      if (current !== undefined) {
        if (isSameProcess(current.worker, worker)) current.lifetime.retire();
        else current.lifetime.close();
      }
      return lifetime.client;
    },
    load() {
      const sum: Record<CallKind, number> = { exec: 0, spawn: 0, short: 0, vital: 0 };
      for (const slots of new Set([...live.values()].map((client) => client.slots))) {
        const load = slots.load();
        for (const kind of Object.keys(sum) as CallKind[]) sum[kind] += load[kind];
      }
      return sum;
    },
    closeRevoked() {
      for (const [lifetime, { worker }] of [...live]) {
        if (!credentials.isRevoked(worker)) continue;
        if (known.get(worker.id)?.lifetime === lifetime) known.delete(worker.id);
        lifetime.close();
      }
    },
    close() {
      for (const lifetime of [...live.keys()]) lifetime.close();
      known.clear();
    },
  };
}

function isSameProcess(a: WorkerRecord, b: WorkerRecord): boolean {
  return a.instanceId === b.instanceId;
}

function credentialOf(worker: WorkerRecord, credentials: WorkerCredentials): RpcCredential {
  const { id, rpcUrl } = worker;
  if (credentials.isRevoked(worker)) {
    throw new OrchestratorError('worker_revoked', `worker ${id} is revoked`);
  }
  if (rpcUrl === '') {
    throw new OrchestratorError('worker_unreachable', `worker ${id} does not say where it can be called`);
  }
  const credential = credentials.rpcCredential(worker);
  if (credential === undefined) {
    throw new OrchestratorError('worker_unreachable', `there is no credential to call worker ${id} with`);
  }
  return credential;
}

function createClient(
  { id, rpcUrl }: WorkerRecord,
  { credential, urlPolicy, slots }: Pick<KnownClient, 'credential' | 'urlPolicy' | 'slots'>,
  { spawnTimeoutMs, rpcTls, clock }: WorkerClientsOptions,
): RpcClient {
  try {
    return createRpcClient({
      workerId: id,
      rpcUrl,
      credential,
      urlPolicy,
      tls: rpcTls,
      timeouts: { spawnMs: spawnTimeoutMs },
      slots,
      clock,
    });
  } catch (error) {
    if (!(error instanceof WorkerRpcError)) throw error;
    throw new OrchestratorError('worker_unreachable', `worker ${id} cannot be called: ${error.message}`, {
      cause: error,
    });
  }
}
