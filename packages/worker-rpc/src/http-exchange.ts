import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RPC_URL_NOT_ALLOWED } from './rpc-url-policy.js';
import { tlsFailureOf } from './tls/connection-failure.js';

/** `unreachable`: no connection. `connection_lost`: it ended before the answer did. */
export type ExchangeFailureKind = 'unreachable' | 'connection_lost' | 'timeout' | 'aborted';

/** An HTTP exchange that did not come to its end. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  /** A `TlsFailureReason`, or `rpc_url_not_allowed`. */
  readonly reason: string | undefined;

  constructor(
    readonly kind: ExchangeFailureKind,
    message: string,
    /** Whether the peer may have got the request. */
    readonly sent: boolean,
    /** Whether the connection had served others before: then the peer may have closed it unseen. */
    readonly reusedConnection: boolean,
    options: ErrorOptions & { readonly reason?: string | undefined } = {},
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

export interface ExchangeRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or what sends the body once the peer is willing to take it, until `halt` fires (RFC 9110, section 10.1.1). */
  readonly body: string | ((outgoing: ClientRequest, halt: AbortSignal) => Promise<void>);
  readonly agent: Agent;
  readonly connectTimeoutMs: number;
  /** From the beginning to the end of the answer. Undefined: no limit. */
  readonly timeoutMs?: number | undefined;
  /** How long nothing may come or go on the connection. */
  readonly idleMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A peer that says nothing to `Expect` gets the body all the same. */
const CONTINUE_PATIENCE_MS = 5_000;
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Posts a body and hands the answer to `read`, under one deadline and signal. What `read` throws is passed on, and the
 * rest of the answer is dropped with its connection.
 *
 * @throws ExchangeFailure
 */
export function post<T>(
  exchange: ExchangeRequest,
  read: (response: IncomingMessage) => Promise<T>,
): Promise<T> {
  const { url, signal, body } = exchange;
  const secure = url.protocol === 'https:';
  let connected = false;
  let reused = false;
  let failure: ExchangeFailure | undefined;
  let response: IncomingMessage | undefined;

  const failed = (kind: ExchangeFailureKind, message: string, cause?: unknown): ExchangeFailure =>
    new ExchangeFailure(kind, message, connected, reused, cause === undefined ? {} : { cause });

  const lost = (cause: unknown): ExchangeFailure => {
    const reason = reasonOf(cause);
    // A server that minds our certificate says so after we have taken the connection for made (RFC 8446, section 2).
    const refused = reason === 'tls_refused' && !reused;
    if (!connected || refused) {
      const message = `no connection${describe(cause)}`;
      return new ExchangeFailure('unreachable', message, false, reused, { cause, reason });
    }
    // Node's servers mostly close without a word when they mind a certificate.
    const hint = secure && !reused && response === undefined ? '; the log of the peer may tell why' : '';
    return failed('connection_lost', `the connection was lost${describe(cause)}${hint}`, cause);
  };

  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => stop(failed('aborted', 'the call was cancelled', signal?.reason));
    if (signal?.aborted) {
      reject(failed('aborted', 'the call was cancelled', signal.reason));
      return;
    }
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: exchange.agent,
      headers: {
        ...exchange.headers,
        ...(typeof body === 'string'
          ? { 'content-length': String(Buffer.byteLength(body)) }
          : { 'transfer-encoding': 'chunked', expect: '100-continue' }),
      },
    });
    const connectTimer = setTimeout(
      () => stop(failed('unreachable', `no connection within ${exchange.connectTimeoutMs} ms`)),
      exchange.connectTimeoutMs,
    );
    const { timeoutMs } = exchange;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => stop(failed('timeout', `no complete answer within ${timeoutMs} ms`)),
            Math.min(timeoutMs, LONGEST_TIMER_MS),
          );

    const halt = new AbortController();
    let continueTimer: NodeJS.Timeout | undefined;
    let sending = false;

    function sendBody(): void {
      clearTimeout(continueTimer);
      if (typeof body === 'string' || sending || halt.signal.aborted) return;
      sending = true;
      body(outgoing, halt.signal).then(
        () => {
          if (!halt.signal.aborted) outgoing.end();
        },
        (error: unknown) => {
          if (halt.signal.aborted) return;
          halt.abort();
          release();
          reject(error);
          outgoing.destroy();
        },
      );
    }

    function stop(reason: ExchangeFailure): void {
      failure ??= reason;
      halt.abort();
      release();
      // At once: the reader may be waiting for something other than the connection.
      reject(failure);
      if (response === undefined) outgoing.destroy(failure);
      else response.destroy(failure);
    }

    function release(): void {
      clearTimeout(connectTimer);
      clearTimeout(continueTimer);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }

    function onConnected(): void {
      connected = true;
      clearTimeout(connectTimer);
      if (typeof body !== 'string') continueTimer = setTimeout(sendBody, CONTINUE_PATIENCE_MS);
    }

    signal?.addEventListener('abort', onAbort, { once: true });
    outgoing.on('socket', (socket) => {
      reused = outgoing.reusedSocket;
      if (reused || !socket.connecting) onConnected();
      else socket.once(secure ? 'secureConnect' : 'connect', onConnected);
    });
    outgoing.on('error', (error) => {
      // Once there is an answer, it alone decides: a peer may refuse and stop reading.
      if (response !== undefined) return;
      halt.abort();
      release();
      reject(failure ?? lost(error));
    });
    outgoing.on('response', (incoming) => {
      response = incoming;
      halt.abort();
      clearTimeout(continueTimer);
      incoming.on('error', () => undefined);
      read(incoming)
        .finally(() => {
          release();
          if (!incoming.complete) incoming.destroy();
          if (!outgoing.writableFinished) outgoing.destroy();
        })
        .then(resolve, (error: unknown) => {
          reject(failure ?? (error === incoming.errored ? lost(error) : error));
        });
    });
    const { idleMs } = exchange;
    if (idleMs !== undefined) {
      outgoing.setTimeout(idleMs, () => stop(failed('timeout', `nothing moved for ${idleMs} ms`)));
    }
    if (typeof body === 'string') outgoing.end(body);
    else {
      outgoing.once('continue', sendBody);
      outgoing.flushHeaders();
    }
  });
}

function reasonOf(error: unknown): string | undefined {
  return codeOf(error) === RPC_URL_NOT_ALLOWED ? 'rpc_url_not_allowed' : tlsFailureOf(error);
}

function describe(error: unknown): string {
  const details = [codeOf(error), reasonOf(error) === undefined ? undefined : messageOf(error)];
  const text = details.filter((detail) => detail !== undefined).join(': ');
  return text === '' ? '' : ` (${text})`;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What OpenSSL says is long and ends in its own file names. */
function messageOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, openssl] = /SSL routines:[^:]*:([^:]*):/.exec(error.message) ?? [];
  return (openssl ?? error.message).slice(0, 200);
}
