import type { Agent, IncomingMessage } from 'node:http';
import { formatDuration } from '@stacyvm/duration';
import { isWorkerId } from '@stacyvm/token';
import { parseBaseUrl } from './base-url.js';
import type { CredentialSource } from './credential-sources.js';
import { ControlPlaneError, type ControlPlaneErrorCode } from './errors.js';
import { type Heartbeat, type HeartbeatReply, heartbeatToWire, parseHeartbeatReply } from './heartbeat.js';
import { readBody } from './http-body.js';
import { createKeepAliveAgent, ExchangeFailure, postJson } from './http-exchange.js';
import { decodeJson, encodeJson, presentMembers } from './json-encoding.js';
import { type LeaseRenewal, parseLeaseReply } from './lease-renewal.js';
import type { LeaseToken } from './lease-token.js';
import { parseTime } from './rfc3339.js';
import type { CallOptions } from './rpc-client.js';
import type { Checked } from './schema-check.js';

export interface ControlPlaneClientOptions {
  /** The control plane's base URL, without `/api/v1`. */
  readonly baseUrl: string;
  readonly workerId: string;
  readonly credentials: CredentialSource;
  /** From the beginning of a call to the end of its answer, by default ten seconds. */
  readonly timeoutMs?: number | undefined;
  /** Replaces the client's own pool of kept connections; the caller closes it. */
  readonly agent?: Agent | undefined;
}

/** The worker's side of heartbeats and leases. Methods throw `ControlPlaneError` or `CredentialError`. */
export interface ControlPlaneClient {
  heartbeat(heartbeat: Heartbeat, options?: CallOptions): Promise<HeartbeatReply>;
  renewLease(resourceId: string, renewal: LeaseRenewal, options?: CallOptions): Promise<LeaseToken>;
  close(): void;
}

const REPLY_LIMIT_BYTES = 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Creates the client. It asks its credential source before every request, follows no redirect and does not repeat
 * requests.
 *
 * @throws ControlPlaneError `invalid_configuration`
 */
export function createControlPlaneClient(options: ControlPlaneClientOptions): ControlPlaneClient {
  const { workerId, credentials, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  if (baseUrl === undefined) {
    throw new ControlPlaneError(
      'invalid_configuration',
      'the URL of the control plane must be http://host:port or https://host:port',
    );
  }
  if (!isWorkerId(workerId)) {
    throw new ControlPlaneError('invalid_configuration', 'the worker id is not in the grammar of worker ids');
  }
  const workerUrl = `${baseUrl}/api/v1/worker/${encodeURIComponent(workerId)}`;
  const ownAgent = options.agent === undefined ? createKeepAliveAgent(new URL(workerUrl)) : undefined;
  const agent = options.agent ?? ownAgent;

  async function post<T>(
    path: string,
    body: unknown,
    parse: (reply: unknown) => Checked<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const url = new URL(`${workerUrl}/${path}`);
    const { token } = await credentials.credential(signal);
    try {
      return await postJson(
        {
          url,
          headers: {
            'content-type': 'application/json',
            'x-worker-id': workerId,
            'x-worker-token': token,
          },
          body: encodeJson(body),
          agent: agent ?? createKeepAliveAgent(url),
          connectTimeoutMs: timeoutMs,
          timeoutMs,
          signal,
        },
        (response) => readAnswer(response, parse),
      );
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error;
      throw new ControlPlaneError(error.kind, `control plane: ${error.message}`, { cause: error.cause });
    }
  }

  return {
    heartbeat: (heartbeat, { signal } = {}) =>
      post('heartbeat', heartbeatToWire(heartbeat), parseHeartbeatReply, signal),
    renewLease: (resourceId, { ttlMs, generation }, { signal } = {}) =>
      post(
        `leases/${encodeURIComponent(resourceId)}/renew`,
        {
          resource_id: resourceId,
          ttl: formatDuration(ttlMs),
          ...(generation === undefined ? {} : { generation }),
        },
        parseLeaseReply,
        signal,
      ),
    close() {
      ownAgent?.destroy();
    },
  };
}

const CODES: Readonly<Record<number, ControlPlaneErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limited',
  503: 'unavailable',
};

const MAX_REMOTE_TEXT = 500;

async function readAnswer<T>(response: IncomingMessage, parse: (reply: unknown) => Checked<T>): Promise<T> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    throw new ControlPlaneError('unexpected_redirect', 'the control plane redirects; use its final URL', {
      status,
    });
  }
  const body = await readBody(response, REPLY_LIMIT_BYTES);
  if (body === undefined) {
    throw new ControlPlaneError('protocol_error', 'the answer of the control plane is too large', { status });
  }
  const decoded = decodeJson(body);
  if (status >= 300) throw refusedRequest(status, presentMembers(decoded) ?? {});
  const parsed = parse(decoded);
  if (parsed.ok) return parsed.value;
  throw new ControlPlaneError(
    'protocol_error',
    `the answer of the control plane is not usable: ${parsed.problem}`,
    { status },
  );
}

function refusedRequest(status: number, body: Readonly<Record<string, unknown>>): ControlPlaneError {
  const text = (name: string): string | undefined => {
    const value = body[name];
    return typeof value === 'string' ? value.slice(0, MAX_REMOTE_TEXT) : undefined;
  };
  const message = text('message');
  return new ControlPlaneError(
    CODES[status] ?? (status < 500 ? 'invalid_request' : 'remote_error'),
    `control plane: HTTP ${status}${message === undefined ? '' : `: ${message}`}`,
    {
      status,
      reason: text('reason'),
      requestId: text('request_id'),
      serverTime: parseTime(text('server_time') ?? ''),
    },
  );
}
