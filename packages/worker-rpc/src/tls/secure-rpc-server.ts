import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.js';
import { discardBody, sendJson } from '../http-body.js';
import { encodeJson } from '../json-encoding.js';
import { type RpcLogger, silentLogger } from '../logger.js';
import type { RpcRequestListener } from '../rpc-listener.js';
import { RPC_SERVER_TIMEOUTS } from '../rpc-server.js';
import { type ClientCertificate, clientCertificateOf, clientProblem, leadsTo } from './client-certificate.js';
import type { TlsRefusal, TlsRefusalReason } from './handshake-refusal.js';
import { serverTlsOptions, watchHandshakes } from './server-tls.js';
import type { TlsCredentials } from './tls-credentials.js';

/** A connection, or a request on one, that was refused before anything of it was served. */
export interface TlsRefusalEvent {
  readonly reason: TlsRefusalReason;
  readonly remoteAddress: string | undefined;
}

export interface SecureRpcServerOptions {
  /** The worker's certificate, and the roots of the control plane's. The caller closes them. */
  readonly credentials: TlsCredentials;
  /** Names of control planes, DNS or URI, of which the certificate must have one. Empty: any that a root vouches for. */
  readonly allowedClientNames?: readonly string[] | undefined;
  readonly logger?: RpcLogger | undefined;
  readonly clock?: Clock | undefined;
  /** For metrics. */
  readonly onTlsRefusal?: ((event: TlsRefusalEvent) => void) | undefined;
}

/**
 * Creates an HTTPS server for a listener, not listening yet, that takes TLS 1.2 or later and clients with a certificate
 * alone. Sessions are not resumed: every connection shows its certificate. When the credentials change, new connections
 * have the new ones; those that are there go on, unless their client's root is gone.
 *
 * @throws TypeError when the credentials have no certificate or no authorities: nobody could be verified
 */
export function createSecureRpcServer(listener: RpcRequestListener, options: SecureRpcServerOptions): Server {
  const { credentials, logger = silentLogger, clock = systemClock } = options;
  const allowedNames = new Set(options.allowedClientNames ?? []);
  /** The connections that are open. One that is not here is not served. */
  const clients = new Map<Socket, ClientCertificate>();
  if (credentials.current().cert === undefined || credentials.current().authorities.length === 0) {
    throw new TypeError('the RPC server needs a certificate, its key, and the CA of its clients');
  }

  function refuse(refusal: TlsRefusal, remoteAddress: string | undefined): void {
    const { reason, problem } = refusal;
    logger.warn('worker RPC connection refused', { reason, problem, remoteAddress });
    options.onTlsRefusal?.({ reason, remoteAddress });
  }

  function endUnlessVouchedFor(socket: Socket, certificate: ClientCertificate): void {
    if (leadsTo(certificate, credentials.current().authorities)) return;
    const { remoteAddress } = socket;
    logger.warn('worker RPC connection ended: the CA of its client certificate is gone', { remoteAddress });
    clients.delete(socket);
    socket.destroy();
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const problem = clientProblem(clients.get(request.socket), allowedNames, clock());
    if (problem === undefined) {
      listener(request, response);
      return;
    }
    refuse(problem, request.socket.remoteAddress);
    discardBody(request);
    const { reason } = problem;
    const body = encodeJson({ code: 'FORBIDDEN', message: 'this client certificate is not let in', reason });
    sendJson(response, 403, body, { connection: 'close' });
  }

  const server = createServer(
    {
      ...RPC_SERVER_TIMEOUTS,
      ...serverTlsOptions(credentials.current()),
      noDelay: true,
      keepAlive: true,
      requestCert: true,
      rejectUnauthorized: true,
    },
    serve,
  );
  server.on('checkContinue', serve);
  server.timeout = 0;
  watchHandshakes(server, refuse);
  server.prependListener('secureConnection', (socket) => {
    const certificate = clientCertificateOf(socket);
    if (certificate === undefined) return;
    clients.set(socket, certificate);
    socket.once('close', () => clients.delete(socket));
    // The handshake may have begun before the authorities were exchanged.
    endUnlessVouchedFor(socket, certificate);
  });
  const stopFollowing = credentials.onChange(() => {
    server.setSecureContext(serverTlsOptions(credentials.current()));
    for (const [socket, certificate] of clients) endUnlessVouchedFor(socket, certificate);
  });
  server.on('close', stopFollowing);
  return server;
}
