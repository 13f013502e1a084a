import { formatDuration } from '@stacyvm/duration';
import { type Clock, systemClock } from './clock.js';
import { createClockSkewMeter, explainBySkew } from './clock-skew.js';
import {
  type ControlPlaneConnectionOptions,
  openControlPlaneConnections,
} from './control-plane-connections.js';
import { askControlPlane, type ControlPlaneRequest, workerUrlOf } from './control-plane-exchange.js';
import type { CredentialSource } from './credential-source.js';
import { ControlPlaneError, CredentialError } from './errors.js';
import { type Heartbeat, type HeartbeatReply, heartbeatToWire, parseHeartbeatReply } from './heartbeat.js';
import { type LeaseRenewal, parseLeaseReply } from './lease-renewal.js';
import type { LeaseToken } from './lease-token.js';
import type { CallOptions } from './rpc-client.js';
import { type IssuedWorkerToken, parseIssuedToken } from './token-issue.js';

export interface ControlPlaneClientOptions extends ControlPlaneConnectionOptions {
  /** The control plane's base URL, without `/api/v1`. */
  readonly baseUrl: string;
  readonly workerId: string;
  readonly credentials: CredentialSource;
  /** From the beginning of a request to the end of its answer, by default ten seconds. */
  readonly timeoutMs?: number | undefined;
  /** What the control plane's clock is compared with. */
  readonly clock?: Clock | undefined;
  /**
   * Called when the control plane's clock is more than five seconds ahead of this one, or behind (negative), at most
   * once a minute.
   */
  readonly onClockSkew?: ((skewMs: number) => void) | undefined;
}

/** The worker's side of heartbeats and leases. Methods throw `ControlPlaneError` or `CredentialError`. */
export interface ControlPlaneClient {
  heartbeat(heartbeat: Heartbeat, options?: CallOptions): Promise<HeartbeatReply>;
  renewLease(resourceId: string, renewal: LeaseRenewal, options?: CallOptions): Promise<LeaseToken>;
  /** A token of the control plane's own issuing, for a worker that does not sign what it presents. */
  issueToken(options?: CallOptions): Promise<IssuedWorkerToken>;
  /**
   * Milliseconds that the control plane's clock is ahead of this one, negative when it is behind; from the latest
   * answer that told its time, so undefined before the first one and with a reference control plane.
   */
  clockSkewMs(): number | undefined;
  close(): void;
}

/** Room for some ten thousand revocations. */
const HEARTBEAT_REPLY_LIMIT_BYTES = 8 * 1024 * 1024;
const LEASE_REPLY_LIMIT_BYTES = 1024 * 1024;
const TOKEN_REPLY_LIMIT_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Whatever a source promises: a refusal must come to an end. */
const MAX_ATTEMPTS = 16;

type WorkerRequest<T> = Pick<ControlPlaneRequest<T>, 'url' | 'body' | 'parse' | 'replyLimitBytes' | 'signal'>;

/**
 * Creates the client. It asks its credential source before every request and follows no redirect. A request is made
 * again only when its credential was refused and the source says that it has another one: each is presented once.
 *
 * @throws ControlPlaneError `invalid_configuration`
 */
export function createControlPlaneClient(options: ControlPlaneClientOptions): ControlPlaneClient {
  const { workerId, credentials, timeoutMs = DEFAULT_TIMEOUT_MS, clock = systemClock } = options;
  const workerUrl = workerUrlOf(options.baseUrl, workerId);
  const pool = openControlPlaneConnections(new URL(workerUrl), options);
  const skew = createClockSkewMeter(clock, options.onClockSkew);

  async function presentedToken(signal: AbortSignal | undefined): Promise<string> {
    try {
      return (await credentials.credential(signal)).token;
    } catch (error) {
      if (error instanceof CredentialError || !signal?.aborted) throw error;
      throw new ControlPlaneError('aborted', 'control plane: the call was cancelled', { cause: error });
    }
  }

  async function post<T>(request: WorkerRequest<T>): Promise<T> {
    const presented = new Set<string>();
    let failure: ControlPlaneError | undefined;
    for (;;) {
      const token = await presentedToken(request.signal);
      if (failure !== undefined && presented.has(token)) throw failure;
      presented.add(token);
      const measure = skew.begin();
      try {
        const headers = { 'x-worker-id': workerId, 'x-worker-token': token };
        const { value, serverTime } = await askControlPlane({
          ...request,
          headers,
          agent: pool.agent(),
          timeoutMs,
        });
        if (serverTime !== undefined) measure(serverTime);
        return value;
      } catch (error) {
        if (!(error instanceof ControlPlaneError)) throw error;
        const { status, reason, serverTime } = error;
        failure = serverTime === undefined ? error : explainBySkew(error, measure(serverTime));
        const another = status === 401 && (credentials.refused?.(reason, token) ?? false);
        if (!another || presented.size >= MAX_ATTEMPTS) throw failure;
      }
    }
  }

  return {
    heartbeat: (heartbeat, { signal } = {}) =>
      post({
        url: new URL(`${workerUrl}/heartbeat`),
        body: heartbeatToWire(heartbeat),
        parse: parseHeartbeatReply,
        replyLimitBytes: HEARTBEAT_REPLY_LIMIT_BYTES,
        signal,
      }),
    renewLease: (resourceId, { ttlMs, generation }, { signal } = {}) =>
      post({
        url: new URL(`${workerUrl}/leases/${encodeURIComponent(resourceId)}/renew`),
        body: {
          resource_id: resourceId,
          ttl: formatDuration(ttlMs),
          ...(generation === undefined ? {} : { generation }),
        },
        parse: parseLeaseReply,
        replyLimitBytes: LEASE_REPLY_LIMIT_BYTES,
        signal,
      }),
    issueToken: ({ signal } = {}) =>
      post({
        url: new URL(`${workerUrl}/token`),
        body: {},
        parse: parseIssuedToken,
        replyLimitBytes: TOKEN_REPLY_LIMIT_BYTES,
        signal,
      }),
    clockSkewMs: () => skew.skewMs,
    close() {
      pool.close();
    },
  };
}
