import { randomUUID } from 'node:crypto';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@stacyvm/logging';
import { type ApiServerTls, connectionEvent, createApiServer } from './tls/api-server.js';
import { boundUnreadAnswers } from './unread-answers.js';

/**
 * Limits in milliseconds of what a caller may take to ask, but for content that is uploaded. An answer has none: programs run as
 * long as they were given.
 */
export const HTTP_TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};

/** Of the request line and all headers together, in bytes; whatever flags the process was started with. */
const MAX_HEADER_BYTES = 16 * 1024;

/** A server of node:http or node:https, not listening yet, that can be drained. */
export interface HttpServer {
  readonly server: Server;
  /** Takes no new connections, lets the requests in flight end, and after `timeoutMs` cuts the ones that have not. */
  drain(timeoutMs: number, logger: Pick<Logger, 'warn'>): Promise<void>;
}

const unhurried = new WeakSet<IncomingMessage>();

/** Lets a request take longer to arrive than the others; whoever reads it must see to it that it goes on at all. */
export function takesItsTime(request: IncomingMessage): void {
  unhurried.add(request);
}

/** Connections become idle one by one while their last requests end. */
const IDLE_CONNECTION_CHECK_MS = 50;

export function createHttpServer(
  listener: RequestListener,
  timeouts = HTTP_TIMEOUTS,
  tls?: ApiServerTls,
  watchAnswer = boundUnreadAnswers(),
): HttpServer {
  const connections = new Set<Duplex & Pick<Socket, 'bytesRead'>>();
  const answering = new Map<Duplex, ServerResponse>();
  let draining = false;
  const server = createApiServer(
    { ...timeouts, maxHeaderSize: MAX_HEADER_BYTES },
    tls,
    (request, response) => {
      answering.set(request.socket, response);
      watchAnswer(response);
      response.on('close', () => {
        if (answering.get(request.socket) === response) answering.delete(request.socket);
      });
      if (draining) response.setHeader('Connection', 'close');
      listener(request, response);
    },
  );
  server.on(connectionEvent(tls), (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const response = answering.get(socket);
    // Node tells so once, and goes on with the request if nobody minds.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && response !== undefined && unhurried.has(response.req))
      return;
    const begun = response?.headersSent ?? false;
    // Without a handshake there is no way to answer.
    const canAnswer = connections.has(socket as Socket) && socket.writable && error.code !== 'ECONNRESET';
    if (begun || !canAnswer) socket.destroy();
    else socket.end(refusal(error.code), () => socket.destroy());
  });

  return {
    server,
    async drain(timeoutMs, logger) {
      draining = true;
      for (const response of answering.values()) {
        if (!response.headersSent) response.setHeader('Connection', 'close');
      }
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const closeIdle = (): void => {
        server.closeIdleConnections();
        // Node does not count a connection as idle on which nothing was ever asked.
        for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      };
      closeIdle();
      const idle = setInterval(closeIdle, IDLE_CONNECTION_CHECK_MS);
      const timer = setTimeout(() => {
        logger.warn('requests still run after the shutdown timeout; ending them', {
          requests: answering.size,
        });
        server.closeAllConnections();
      }, timeoutMs);
      await closed;
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}

/** The answer to what is not HTTP, is too long to be a request, or does not come to its end. */
function refusal(errorCode: string | undefined): string {
  const [status, code, reason, message] =
    errorCode === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'BAD_REQUEST', 'headers_too_large', 'the path and headers are too long'] as const)
      : errorCode === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'TIMEOUT', 'request_timeout', 'the request took too long to arrive'] as const)
        : ([400, 'BAD_REQUEST', 'malformed_request', 'this is not a well-formed HTTP request'] as const);
  const requestId = randomUUID();
  const body = JSON.stringify({ code, message, reason, request_id: requestId });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-ID: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
