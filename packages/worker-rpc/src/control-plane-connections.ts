import type { Agent } from 'node:http';
import { type ConnectionPool, createConnectionPool, foreignPool } from './connection-pool.js';
import { ControlPlaneError } from './errors.js';
import { createTlsConnectionPool } from './tls/tls-connection-pool.js';
import type { TlsCredentials } from './tls/tls-credentials.js';

export interface ControlPlaneConnectionOptions {
  /** The roots of the control plane's certificate, and what the worker shows; by default the roots of Node alone. */
  readonly tls?: TlsCredentials | undefined;
  /** Replaces the own pool of kept connections; the caller closes it. */
  readonly agent?: Agent | undefined;
}

/** @throws ControlPlaneError `invalid_configuration` */
export function openControlPlaneConnections(
  url: URL,
  { tls, agent }: ControlPlaneConnectionOptions,
): ConnectionPool {
  if (agent !== undefined) return foreignPool(agent);
  if (tls === undefined) return createConnectionPool(url);
  if (url.protocol !== 'https:') {
    throw new ControlPlaneError(
      'invalid_configuration',
      'there are TLS files for the control plane, and its URL is not https: nothing would be protected',
    );
  }
  return createTlsConnectionPool({ credentials: tls });
}
