import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Logger } from '@stacyvm/logging';
import {
  serverTlsOptions,
  type TlsCredentials,
  type TlsRefusalReason,
  watchHandshakes,
} from '@stacyvm/worker-rpc';

export interface ApiServerTls {
  /** The certificate that is shown; with authorities, clients are asked for theirs and need not have one. */
  readonly credentials: TlsCredentials;
  readonly logger: Pick<Logger, 'warn'>;
  /** For metrics. */
  readonly onRefusal?: ((reason: TlsRefusalReason) => void) | undefined;
}

/** A server that speaks HTTP, or HTTPS with a certificate that is exchanged while it listens. */
export function createApiServer(
  options: ServerOptions,
  tls: ApiServerTls | undefined,
  listener: RequestListener,
): Server {
  if (tls === undefined) return createHttpServer(options, listener);
  const { credentials, logger, onRefusal } = tls;
  const server = createHttpsServer(
    {
      ...options,
      ...serverTlsOptions(credentials.current()),
      requestCert: credentials.current().authorities.length > 0,
      rejectUnauthorized: false,
    },
    listener,
  );
  watchHandshakes(server, ({ reason, problem }, remoteAddress) => {
    logger.warn('connection refused', { reason, problem, remote_address: remoteAddress });
    onRefusal?.(reason);
  });
  const stopFollowing = credentials.onChange(() =>
    server.setSecureContext(serverTlsOptions(credentials.current())),
  );
  server.on('close', stopFollowing);
  return server;
}

/** The event that tells of a connection by which requests come. */
export function connectionEvent(tls: ApiServerTls | undefined): 'connection' | 'secureConnection' {
  return tls === undefined ? 'connection' : 'secureConnection';
}
