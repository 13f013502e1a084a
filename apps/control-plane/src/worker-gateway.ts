import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { Fleet } from '@stacyvm/orchestrator';
import { isStale } from '@stacyvm/orchestrator';
import {
  type Store,
  type WorkerCredential as StoredCredential,
  StoreError,
  type WorkerRecord,
} from '@stacyvm/store';
import { createKeyring, createWorkerTokenVerifier, type WorkerTokenVerifier } from '@stacyvm/token';
import {
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  type WorkerCredential,
  type WorkerEndpoint,
  WorkerEndpointError,
} from '@stacyvm/worker-rpc';
import { ownWords } from './http-errors.js';

export interface WorkerGatewayOptions {
  readonly settings: Settings;
  readonly fleet: Fleet;
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** What workers call: it tells who they are and hands their heartbeats and lease renewals on. */
export function createWorkerGateway({
  settings,
  fleet,
  store,
  logger,
  clock,
}: WorkerGatewayOptions): WorkerEndpoint {
  return createWorkerEndpoint({
    authenticate: createWorkerAuthenticator({
      verifier: verifierOf(settings, clock),
      sharedToken: settings['auth.worker_token']?.reveal(),
    }),
    onHeartbeat: (workerId, heartbeat, { credential }) =>
      reachable(async () => {
        const { worker, nextHeartbeatMs, release } = await fleet.heartbeat({
          id: workerId,
          hostname: heartbeat.hostname,
          status: heartbeat.status,
          providers: heartbeat.providers,
          capabilities: heartbeat.capabilities,
          capacity: heartbeat.capacity,
          rpcUrl: rpcUrlOf(workerId, heartbeat, logger),
          instanceId: heartbeat.instanceId ?? '',
          credential: storedCredential(credential),
          held: heartbeat.sandboxes,
        });
        return {
          worker: workerReply(worker, clock()),
          nextHeartbeatMs,
          drain: worker.drainRequested,
          release,
        };
      }),
    onRenewLease: (workerId, resourceId, renewal) =>
      reachable(() => {
        const { ttlMs, generation } = renewal;
        return store.leases.renew({
          resourceId,
          holderId: workerId,
          ttlMs,
          ...(generation === undefined ? {} : { generation }),
        });
      }),
    logger,
    clock,
  });
}

function verifierOf(settings: Settings, clock: () => Date): WorkerTokenVerifier | undefined {
  const signingKey = settings['auth.worker_signing_key'];
  if (signingKey === undefined) return undefined;
  const revoked = new Set(settings['auth.worker_revoked_token_ids']);
  return createWorkerTokenVerifier({
    keyring: createKeyring({
      active: signingKey.reveal(),
      verifyOnly: settings['auth.worker_signing_keys'].map((key) => key.reveal()),
      workerKeyScope: settings['auth.worker_key_scope'],
    }),
    audience: 'worker:control-plane',
    profile: settings['auth.worker_token_profile'],
    isRevoked: ({ tokenId }) => tokenId !== undefined && revoked.has(tokenId),
    clock,
  });
}

/** A URL that cannot be called is not kept: the worker is then not given sandboxes. */
function rpcUrlOf(workerId: string, { capacity }: Heartbeat, logger: Logger): string {
  const { rpc_url: text } = capacity;
  if (typeof text !== 'string' || text === '') return '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url !== undefined &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  )
    return text;
  logger.warn('rpc_url of a worker is not usable', { worker_id: workerId });
  return '';
}

function storedCredential(credential: WorkerCredential): StoredCredential {
  if (credential.form === 'static') return { form: 'static' };
  return { form: 'signed', keyRole: credential.keyRole, keyFingerprint: credential.keyFingerprint };
}

function workerReply(worker: WorkerRecord, now: Date) {
  return {
    id: worker.id,
    hostname: worker.hostname,
    status: worker.status,
    providers: worker.providers,
    capabilities: worker.capabilities ?? [],
    capacity: worker.capacity,
    lastHeartbeatAt: worker.lastHeartbeat,
    createdAt: worker.createdAt,
    updatedAt: worker.updatedAt,
    stale: isStale(worker, now),
  };
}

/** Failures of the store as answers that a worker understands. */
async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const options = { cause: error };
    if (error.code === 'unavailable' || error.code === 'closed') {
      throw new WorkerEndpointError('unavailable', 'the database is not reachable; try again', {
        ...options,
        reason: 'database_unavailable',
      });
    }
    if (error.code === 'conflict')
      throw new WorkerEndpointError('conflict', ownWords(error, 'a concurrent change was first; try again'), {
        ...options,
        reason: 'lease_conflict',
      });
    if (error.code === 'not_found')
      throw new WorkerEndpointError('not_found', ownWords(error, 'not found'), options);
    if (error.code === 'invalid_input') {
      const message = ownWords(error, 'a text of the request has characters that cannot be stored');
      throw new WorkerEndpointError('invalid_request', message, options);
    }
    throw error;
  }
}
