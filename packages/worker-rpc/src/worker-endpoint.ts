import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkerScope } from '@stacyvm/token';
import { parseBaseUrl } from './base-url.js';
import { challengeOf } from './challenge.js';
import { type Clock, systemClock } from './clock.js';
import { type EndpointRefusal, failureOf, REFUSALS, rpcUrlNotAllowed } from './endpoint-refusals.js';
import { type EnrolmentRequest, type EnrolWorker, serveEnrolment } from './enrolment-endpoint.js';
import { WorkerEndpointError } from './errors.js';
import { directiveToWire, type Heartbeat, type HeartbeatDirective, parseHeartbeat } from './heartbeat.js';
import { discardBody, disconnectSignal, readBody, sendJson } from './http-body.js';
import { decodeJson, encodeJson } from './json-encoding.js';
import { type LeaseRenewal, parseLeaseRenewal } from './lease-renewal.js';
import { type LeaseToken, leaseToWire } from './lease-token.js';
import { type RpcLogger, silentLogger } from './logger.js';
import { type RevocationFeed, type RevocationFeedWire, revocationFeedToWire } from './revocation-feed.js';
import { formatTime } from './rfc3339.js';
import type { RpcUrlPolicy } from './rpc-url-policy.js';
import { type ClientThumbprintOf, clientThumbprintOf } from './tls/client-certificate.js';
import { type IssuedWorkerToken, issuedTokenToWire } from './token-issue.js';
import type { AuthenticatedWorker, AuthenticateWorker, WorkerCredential } from './worker-authenticator.js';
import { headerText, REQUEST_ID_HEADER, WORKER_ID_HEADER } from './worker-headers.js';
import { type CredentialRoute, isWorkerPath, type RenewalRoute, workerRouteOf } from './worker-route.js';

export interface WorkerRequestContext {
  readonly requestId: string;
  readonly credential: WorkerCredential;
  readonly scopes: readonly WorkerScope[];
  /** Of the client certificate of the connection; undefined: it has none. */
  readonly certificateThumbprint: string | undefined;
  readonly remoteAddress: string | undefined;
  /** Fires when the worker has gone away. */
  readonly signal: AbortSignal;
}

export interface WorkerEndpointLimits {
  /** The largest body, by default 256 KiB. */
  readonly bodyBytes?: number | undefined;
  /** The longest renewal of a lease, by default 24 hours. */
  readonly leaseTtlMs?: number | undefined;
}

/** A request of a worker that was refused before its handler was called. */
export interface WorkerRefusalEvent {
  readonly status: number;
  readonly reason: string;
  readonly requestId: string;
  /** As claimed, not as proven. */
  readonly claimedWorkerId: string;
  readonly remoteAddress: string | undefined;
}

export interface WorkerEndpointOptions {
  /** From `createWorkerAuthenticator`, with a verifier of the audience `worker:control-plane`. */
  readonly authenticate: AuthenticateWorker;
  /** Handlers may throw `WorkerEndpointError`; whatever else they throw is logged and answered with 500. */
  readonly onHeartbeat: (
    workerId: string,
    heartbeat: Heartbeat,
    context: WorkerRequestContext,
  ) => Promise<HeartbeatDirective>;
  readonly onRenewLease: (
    workerId: string,
    resourceId: string,
    renewal: LeaseRenewal,
    context: WorkerRequestContext,
  ) => Promise<LeaseToken>;
  /**
   * What is revoked, for the answer to a worker whose good signature does not help it any more: it hears there what it
   * must not accept itself.
   */
  readonly revocationsOf?: ((workerId: string) => RevocationFeed) | undefined;
  /** Issues the next token of a worker that has a good one. Absent: the path is 404. */
  readonly onIssueToken?: IssueWorkerToken | undefined;
  /** Lets new workers in by their join tokens. Absent: the path is 404. */
  readonly onEnrol?: EnrolWorker | undefined;
  /** Why a worker must not be called where it says; its heartbeat is refused then. By default it may say anything. */
  readonly rpcUrlPolicy?: Pick<RpcUrlPolicy, 'problemOf'> | undefined;
  readonly limits?: WorkerEndpointLimits | undefined;
  /** Where a request comes from, when a proxy may stand in between; by default the address of its socket. */
  readonly addressOf?: ((request: IncomingMessage) => string) | undefined;
  /** What the tokens of a request may be bound to; by default the client certificate that its handshake verified. */
  readonly thumbprintOf?: ClientThumbprintOf | undefined;
  readonly logger?: RpcLogger | undefined;
  readonly clock?: Clock | undefined;
  /** For metrics and audit. */
  readonly onRefusal?: ((event: WorkerRefusalEvent) => void) | undefined;
}

/** Issues a token of the audience `worker:control-plane`, and records that it did. */
export type IssueWorkerToken = (
  workerId: string,
  context: WorkerRequestContext,
) => Promise<IssuedWorkerToken>;

type Admission = EndpointRefusal | { readonly reply: unknown };

/** Serves a request and tells true, or tells false: its path is not below `/api/v1/worker/`. */
export type WorkerEndpoint = (request: IncomingMessage, response: ServerResponse) => boolean;

const SCOPES: Readonly<Record<CredentialRoute['kind'], WorkerScope>> = {
  heartbeat: 'worker:heartbeat',
  token: 'worker:heartbeat',
  renew: 'worker:lease',
};

/**
 * Creates what stands in front of the web framework for the hot requests of workers (worker protocol 4.1 and 4.2) and
 * for their enrolment. Order of the checks: credential, path, method, scope, ids, worker of the path, body; for an
 * enrolment, which has no credential yet: path, method, worker id, join token, body.
 */
export function createWorkerEndpoint(options: WorkerEndpointOptions): WorkerEndpoint {
  const { authenticate, onHeartbeat, onRenewLease, onIssueToken, onEnrol } = options;
  const { logger = silentLogger, clock = systemClock, thumbprintOf = clientThumbprintOf } = options;
  const addressOf = options.addressOf ?? ((request) => request.socket.remoteAddress);
  const { bodyBytes = 256 * 1024, leaseTtlMs = 24 * 3_600_000 } = options.limits ?? {};

  async function serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    response.setHeader('X-Request-ID', requestId);
    const answer = (refused: EndpointRefusal): void => {
      discardBody(request);
      const { status, code, message, reason } = refused;
      const more = {
        ...(status === 401 ? { server_time: formatTime(clock()) } : {}),
        ...(reason === 'token_revoked' ? revocationsFor(request) : {}),
      };
      const body = encodeJson({ code, message, reason, request_id: requestId, ...more });
      const headers = status === 401 ? { 'www-authenticate': challengeOf(reason) } : {};
      sendJson(response, status, body, status === 405 ? { allow: 'POST' } : headers);
    };
    const route = workerRouteOf(path);
    try {
      const result =
        route?.kind === 'enrol'
          ? await admitEnrolment({
              workerId: route.workerId,
              requestId,
              remoteAddress: addressOf(request),
              certificateThumbprint: thumbprintOf(request),
              request,
              response,
            })
          : await admit(route, request, response, requestId);
      if ('reason' in result) {
        const claimed =
          route?.kind === 'enrol' ? route.workerId : headerText(request.headers, WORKER_ID_HEADER);
        reportRefusal(request, result, requestId, claimed);
        answer(result);
      } else {
        sendJson(response, 200, encodeJson(result.reply));
      }
    } catch (error) {
      if (response.destroyed) logger.debug('worker request given up by its caller', { requestId });
      else if (!(error instanceof WorkerEndpointError)) {
        logger.error('worker request failed', { requestId, error: String(error) });
      }
      answer(failureOf(error));
    }
  }

  /** Revocation is judged last: whoever is refused by it has shown a good token for this id. */
  function revocationsFor(request: IncomingMessage): { readonly revocations?: RevocationFeedWire } {
    const feed = options.revocationsOf?.(headerText(request.headers, WORKER_ID_HEADER).trim());
    return feed === undefined ? {} : { revocations: revocationFeedToWire(feed) };
  }

  async function admitEnrolment(enrolment: EnrolmentRequest): Promise<Admission> {
    return onEnrol === undefined ? REFUSALS.notFound : serveEnrolment(enrolment, onEnrol, clock);
  }

  async function admit(
    route: CredentialRoute | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<Admission> {
    const certificateThumbprint = thumbprintOf(request);
    const caller = authenticate(request.headers, certificateThumbprint);
    if (!caller.ok) return caller;
    if (route === undefined || (route.kind === 'token' && onIssueToken === undefined))
      return REFUSALS.notFound;
    if (request.method !== 'POST') return REFUSALS.methodNotAllowed;
    if (!caller.scopes.includes(SCOPES[route.kind])) return REFUSALS.missingScope;
    if (route.kind === 'renew') {
      if (route.workerId === '' || route.resourceId === '') return REFUSALS.leaseIdsMissing;
    } else if (route.workerId === '') return REFUSALS.workerIdMissing;
    if (route.workerId !== caller.workerId) return REFUSALS.workerMismatch;
    const bytes = await readBody(request, bodyBytes);
    if (bytes === undefined) return REFUSALS.bodyTooLarge;
    const body = decodeJson(bytes);
    const context: WorkerRequestContext = {
      requestId,
      credential: caller.credential,
      scopes: caller.scopes,
      certificateThumbprint,
      remoteAddress: addressOf(request),
      signal: disconnectSignal(response),
    };
    if (route.kind === 'renew') return renew(route, body, context);
    return route.kind === 'token' ? issueToken(caller, context, response) : heartbeat(caller, body, context);
  }

  async function issueToken(
    caller: AuthenticatedWorker,
    context: WorkerRequestContext,
    response: ServerResponse,
  ): Promise<Admission> {
    if (onIssueToken === undefined) return REFUSALS.notFound;
    response.setHeader('Cache-Control', 'no-store');
    return { reply: issuedTokenToWire(await onIssueToken(caller.workerId, context)) };
  }

  async function heartbeat(
    caller: AuthenticatedWorker,
    body: unknown,
    context: WorkerRequestContext,
  ): Promise<Admission> {
    const parsed = parseHeartbeat(body);
    if (!parsed.ok) return REFUSALS.invalidBody;
    const { rpc_url: rpcUrl = '' } = parsed.value.capacity;
    // What is no URL at all is never called.
    const problem = parseBaseUrl(rpcUrl) === undefined ? undefined : options.rpcUrlPolicy?.problemOf(rpcUrl);
    if (problem !== undefined) return rpcUrlNotAllowed(problem);
    const directive = await onHeartbeat(caller.workerId, parsed.value, context);
    return { reply: directiveToWire(directive, formatTime(clock()), parsed.value.revocationVersion) };
  }

  async function renew(
    route: RenewalRoute,
    body: unknown,
    context: WorkerRequestContext,
  ): Promise<Admission> {
    const parsed = parseLeaseRenewal(body, leaseTtlMs);
    if (!parsed.ok) {
      return { status: 400, code: 'BAD_REQUEST', message: parsed.message, reason: parsed.reason };
    }
    const lease = await onRenewLease(route.workerId, route.resourceId, parsed.value, context);
    return { reply: { lease: leaseToWire(lease) } };
  }

  function reportRefusal(
    request: IncomingMessage,
    refused: EndpointRefusal,
    requestId: string,
    claimedWorkerId: string,
  ): void {
    const event: WorkerRefusalEvent = {
      status: refused.status,
      reason: refused.reason,
      requestId,
      claimedWorkerId: claimedWorkerId.slice(0, 128),
      remoteAddress: addressOf(request),
    };
    logger.warn('worker request refused', { ...event });
    options.onRefusal?.(event);
  }

  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (!isWorkerPath(path)) return false;
    void serve(path, request, response);
    return true;
  };
}

function requestIdOf(request: IncomingMessage): string {
  const given = headerText(request.headers, REQUEST_ID_HEADER);
  return /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : randomUUID();
}
