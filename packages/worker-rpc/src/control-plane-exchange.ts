import type { Agent, IncomingMessage } from 'node:http';
import { isWorkerId } from '@stacyvm/token';
import { parseBaseUrl } from './base-url.js';
import { ControlPlaneError, type ControlPlaneErrorCode } from './errors.js';
import { readBody } from './http-body.js';
import { ExchangeFailure, post } from './http-exchange.js';
import { decodeJson, encodeJson, presentMembers } from './json-encoding.js';
import {
  parseRevocationFeed,
  REVOCATION_FEED_SCHEMA,
  type RevocationFeed,
  type RevocationFeedWire,
} from './revocation-feed.js';
import { parseTime } from './rfc3339.js';
import { type Checked, schemaCheck } from './schema-check.js';

/** The URL that everything a worker asks of its control plane begins with. */
export function workerUrlOf(baseUrl: string, workerId: string): string {
  const base = parseBaseUrl(baseUrl);
  if (base === undefined) {
    throw new ControlPlaneError(
      'invalid_configuration',
      'the URL of the control plane must be http://host:port or https://host:port',
    );
  }
  if (!isWorkerId(workerId)) {
    throw new ControlPlaneError('invalid_configuration', 'the worker id is not in the grammar of worker ids');
  }
  return `${base}/api/v1/worker/${encodeURIComponent(workerId)}`;
}

export interface ControlPlaneRequest<T> {
  readonly url: URL;
  /** What proves the request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly parse: (reply: unknown) => Checked<T>;
  readonly replyLimitBytes: number;
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface ControlPlaneAnswer<T> {
  readonly value: T;
  /** The time of the control plane, if it told. */
  readonly serverTime: Date | undefined;
}

/** Posts one request and reads its answer. Follows no redirect, repeats nothing. */
export async function askControlPlane<T>(request: ControlPlaneRequest<T>): Promise<ControlPlaneAnswer<T>> {
  try {
    return await post(
      {
        url: request.url,
        headers: { 'content-type': 'application/json', ...request.headers },
        body: encodeJson(request.body),
        agent: request.agent,
        connectTimeoutMs: request.timeoutMs,
        timeoutMs: request.timeoutMs,
        signal: request.signal,
      },
      (response) => readAnswer(response, request),
    );
  } catch (error) {
    if (!(error instanceof ExchangeFailure)) throw error;
    throw new ControlPlaneError(error.kind, `control plane: ${error.message}`, {
      reason: error.reason,
      cause: error.cause,
    });
  }
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

const checkRevocations = schemaCheck<RevocationFeedWire>(REVOCATION_FEED_SCHEMA);

async function readAnswer<T>(
  response: IncomingMessage,
  { parse, replyLimitBytes }: ControlPlaneRequest<T>,
): Promise<ControlPlaneAnswer<T>> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    throw new ControlPlaneError('unexpected_redirect', 'the control plane redirects; use its final URL', {
      status,
    });
  }
  const body = await readBody(response, replyLimitBytes);
  if (body === undefined) {
    throw new ControlPlaneError('protocol_error', 'the answer of the control plane is too large', { status });
  }
  const decoded = decodeJson(body);
  const members = presentMembers(decoded) ?? {};
  if (status >= 300) throw refusedRequest(status, members);
  const parsed = parse(decoded);
  if (parsed.ok) return { value: parsed.value, serverTime: serverTimeOf(members) };
  throw new ControlPlaneError(
    'protocol_error',
    `the answer of the control plane is not usable: ${parsed.problem}`,
    { status },
  );
}

function refusedRequest(status: number, body: Readonly<Record<string, unknown>>): ControlPlaneError {
  const message = textOf(body, 'message');
  return new ControlPlaneError(
    CODES[status] ?? (status < 500 ? 'invalid_request' : 'remote_error'),
    `control plane: HTTP ${status}${message === undefined ? '' : `: ${message}`}`,
    {
      status,
      reason: textOf(body, 'reason'),
      requestId: textOf(body, 'request_id'),
      serverTime: serverTimeOf(body),
      revocations: revocationsOf(body),
    },
  );
}

/** A list that is not understood is none: the request is refused already, and the list before stays in force. */
function revocationsOf({ revocations }: Readonly<Record<string, unknown>>): RevocationFeed | undefined {
  const checked = checkRevocations(revocations);
  const parsed = checked.ok ? parseRevocationFeed(checked.value) : checked;
  return parsed.ok ? parsed.value : undefined;
}

function serverTimeOf(body: Readonly<Record<string, unknown>>): Date | undefined {
  return parseTime(textOf(body, 'server_time') ?? '');
}

function textOf(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value.slice(0, MAX_REMOTE_TEXT) : undefined;
}
