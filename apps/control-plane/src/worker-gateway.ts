import type { Logger } from '@stacyvm/logging';
import type { Fleet } from '@stacyvm/orchestrator';
import type { WorkerCredential as StoredCredential, WorkerRecord } from '@stacyvm/store';
import {
  type ClientThumbprintOf,
  createWorkerEndpoint,
  type EnrolWorker,
  type Heartbeat,
  type IssueWorkerToken,
  type WorkerCredential,
  type WorkerEndpoint,
} from '@stacyvm/worker-rpc';
import type { AdminAudit } from './audit/admin-audit.js';
import { auditWorkerRefusals } from './audit/worker-refusals.js';
import type { ClientAddresses } from './callers/client-address.js';
import type { Metrics } from './metrics/metrics.js';
import type { LiveRevocations } from './revocations/live-revocations.js';
import { workerFeed } from './revocations/worker-feed.js';
import type { RpcUrlRules } from './tls/rpc-url-rules.js';
import { reachable } from './worker-answers.js';
import type { CredentialRecorder } from './worker-identity/credential-recorder.js';
import type { WorkerIdentity } from './worker-identity/worker-identity.js';

export interface WorkerGatewayOptions {
  readonly identity: Pick<WorkerIdentity, 'authenticate' | 'keys'>;
  readonly revocations: Pick<LiveRevocations, 'feed'>;
  readonly enrol: EnrolWorker;
  readonly issueWorkerToken: IssueWorkerToken;
  readonly credentialRecorder: Pick<CredentialRecorder, 'note'>;
  readonly clientAddresses: Pick<ClientAddresses, 'of'>;
  /** Undefined: by plain HTTP, without certificates. */
  readonly thumbprintOf?: ClientThumbprintOf | undefined;
  readonly rpcUrls: Pick<RpcUrlRules, 'current'>;
  readonly fleet: Fleet;
  readonly audit: Pick<AdminAudit, 'refused'>;
  readonly metrics: Pick<Metrics, 'heartbeat' | 'workerRefusal' | 'request'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** What workers call: it tells who they are, lets new ones in, and hands their heartbeats and lease renewals on. */
export function createWorkerGateway(options: WorkerGatewayOptions): WorkerEndpoint {
  const {
    identity,
    revocations,
    enrol,
    issueWorkerToken,
    credentialRecorder,
    rpcUrls,
    fleet,
    metrics,
    logger,
    clock,
  } = options;
  const auditRefusal = auditWorkerRefusals(options.audit);
  const revocationsOf = (workerId: string) => workerFeed(revocations.feed(), identity.keys(), workerId);
  const endpoint = createWorkerEndpoint({
    authenticate: identity.authenticate,
    onHeartbeat: (workerId, heartbeat, { credential }) =>
      reachable(async () => {
        const { worker, nextHeartbeatMs, leaseTtlMs, release } = await fleet.heartbeat({
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
        credentialRecorder.note({ workerId, ...storedCredential(credential) });
        metrics.heartbeat();
        return {
          worker: workerReply(worker),
          nextHeartbeatMs,
          leaseTtlMs,
          drain: worker.drainRequested,
          release,
          revocations: revocationsOf(workerId),
        };
      }),
    onRenewLease: (workerId, resourceId, renewal, { credential }) =>
      reachable(() => {
        const { ttlMs, generation } = renewal;
        credentialRecorder.note({ workerId, ...storedCredential(credential) });
        return fleet.renewLease({
          resourceId,
          holderId: workerId,
          ttlMs,
          ...(generation === undefined ? {} : { generation }),
        });
      }),
    onIssueToken: (workerId, context) =>
      reachable(async () => {
        const issued = await issueWorkerToken(workerId, context);
        // The key by which a worker has tokens issued is in use, though what it presents is signed by another.
        credentialRecorder.note({ workerId, ...storedCredential(context.credential) });
        return issued;
      }),
    onEnrol: (workerId, joinToken, context) => reachable(() => enrol(workerId, joinToken, context)),
    revocationsOf,
    rpcUrlPolicy: { problemOf: (rpcUrl) => rpcUrls.current().problemOf(rpcUrl) },
    onRefusal(event) {
      metrics.workerRefusal(event);
      auditRefusal(event);
    },
    addressOf: options.clientAddresses.of,
    thumbprintOf: options.thumbprintOf,
    logger,
    clock,
  });
  return (request, response) => {
    const started = performance.now();
    if (!endpoint(request, response)) return false;
    response.on('close', () =>
      metrics.request({
        operation: 'worker_protocol',
        status: response.statusCode,
        seconds: (performance.now() - started) / 1000,
      }),
    );
    return true;
  };
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
  if (credential.form === 'static') return { form: 'static', kind: credential.kind };
  const { form, keyRole, keyFingerprint, signingKeyFingerprint, profile, issuedAt } = credential;
  return {
    form,
    keyRole,
    keyFingerprint,
    signingKeyFingerprint,
    profile,
    ...(issuedAt === undefined ? {} : { tokenIssuedAt: issuedAt }),
  };
}

function workerReply(worker: WorkerRecord) {
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
    stale: false,
  };
}
