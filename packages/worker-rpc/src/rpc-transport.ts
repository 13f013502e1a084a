import { randomUUID } from 'node:crypto';
import type { Agent, IncomingMessage } from 'node:http';
import { mintWorkerToken, type WorkerScope, WorkerTokenError } from '@stacyvm/token';
import type { Clock } from './clock.js';
import { WorkerRpcError } from './errors.js';
import { readBody } from './http-body.js';
import { ExchangeFailure, postJson } from './http-exchange.js';
import { encodeJson } from './json-encoding.js';
import { type LeaseToken, leaseToWire } from './lease-token.js';
import { RPC_METHODS, type RpcMethodName } from './rpc-methods.js';
import { protocolError, type ReplyExpectation, readReply } from './rpc-reply.js';

/**
 * How the control plane proves itself to a worker. `signed`: with the worker's derived key, or the master key, a token
 * for the one method is signed for each call. `static`: the same token every time.
 */
export type RpcCredential =
  | { readonly kind: 'signed'; readonly key: string | Uint8Array }
  | { readonly kind: 'static'; readonly token: string };

export interface RpcTransportOptions {
  readonly workerId: string;
  /** The full URL that is posted to. */
  readonly url: URL;
  readonly credential: RpcCredential;
  readonly agent: Agent;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

export interface RpcTransportCall {
  readonly method: RpcMethodName;
  readonly params?: unknown;
  readonly lease?: LeaseToken | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const TOKEN_LIFETIME_SECONDS = 120;
const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;

/** Sends one call and tells its `result`. Calls that only read are sent once more if a kept connection had gone stale. */
export async function callUnary(options: RpcTransportOptions, call: RpcTransportCall): Promise<unknown> {
  const attempt = (): Promise<unknown> =>
    exchange(options, call, async (response, expected) => {
      const body = await readBody(response, REPLY_LIMIT_BYTES);
      if (body === undefined)
        throw protocolError('the answer of the worker is too large', response.statusCode);
      return readReply(response.statusCode ?? 0, body, expected);
    });
  try {
    return await attempt();
  } catch (error) {
    const stale =
      error instanceof ExchangeFailure && error.kind === 'connection_lost' && error.reusedConnection;
    if (!stale || RPC_METHODS[call.method].mutating) throw rpcErrorOf(error);
  }
  return attempt().catch((error: unknown) => {
    throw rpcErrorOf(error);
  });
}

/** Sends one call and hands its answer to `read`. */
export function callWith<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  read: (response: IncomingMessage, expected: ReplyExpectation) => Promise<T>,
): Promise<T> {
  return exchange(options, call, read).catch((error: unknown) => {
    throw rpcErrorOf(error);
  });
}

async function exchange<T>(
  options: RpcTransportOptions,
  call: RpcTransportCall,
  read: (response: IncomingMessage, expected: ReplyExpectation) => Promise<T>,
): Promise<T> {
  const { workerId } = options;
  const id = randomUUID();
  const body = encodeJson({
    id,
    method: call.method,
    worker_id: workerId,
    ...(call.lease === undefined ? {} : { lease: leaseToWire(call.lease) }),
    ...(call.params === undefined ? {} : { params: call.params }),
  });
  return postJson(
    {
      url: options.url,
      headers: {
        'content-type': 'application/json',
        'x-worker-id': workerId,
        'x-worker-token': tokenFor(options, RPC_METHODS[call.method].scope),
        ...call.headers,
      },
      body,
      agent: options.agent,
      connectTimeoutMs: options.connectTimeoutMs,
      timeoutMs: call.timeoutMs,
      signal: call.signal,
    },
    (response) => read(response, { id, workerId }),
  );
}

function tokenFor({ credential, workerId, clock }: RpcTransportOptions, scope: WorkerScope): string {
  if (credential.kind === 'static') return credential.token;
  try {
    return mintWorkerToken({
      key: credential.key,
      workerId,
      audience: 'worker:rpc',
      ttlSeconds: TOKEN_LIFETIME_SECONDS,
      scopes: [scope],
      now: clock(),
    }).token;
  } catch (error) {
    if (!(error instanceof WorkerTokenError)) throw error;
    throw new WorkerRpcError('invalid_configuration', `no token for the worker: ${error.message}`, {
      outcome: 'not_executed',
      reason: error.code,
    });
  }
}

function rpcErrorOf(error: unknown): unknown {
  if (!(error instanceof ExchangeFailure)) return error;
  return new WorkerRpcError(error.kind, `worker RPC failed: ${error.message}`, {
    outcome: error.sent ? 'unknown' : 'not_executed',
    cause: error.cause,
  });
}
