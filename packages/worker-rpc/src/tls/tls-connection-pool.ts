import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type PeerCertificate, type SecureContext } from 'node:tls';
import { type ConnectionPool, KEEP_ALIVE, VERIFIED } from '../connection-pool.js';
import type { TlsCredentials } from './tls-credentials.js';
import type { TlsMaterial } from './tls-files.js';

export interface TlsConnectionPoolOptions {
  readonly credentials: TlsCredentials;
  /** What is wrong with the certificate that the server shows, by default that it is of another host. */
  readonly identify?: ((certificate: PeerCertificate) => Error | undefined) | undefined;
  /** The name that is asked for (SNI), by default the host of the URL. */
  readonly serverName?: string | undefined;
  readonly lookup?: AgentOptions['lookup'];
  /** Takes any certificate. The caller has made sure that the peer is on this machine. */
  readonly insecureSkipVerify?: boolean | undefined;
}

/**
 * Keeps connections by TLS 1.2 or later. When the credentials change, requests that are under way come to their end on
 * the connections that they have, and the next ones are sent by new connections.
 */
export function createTlsConnectionPool(options: TlsConnectionPoolOptions): ConnectionPool {
  const { credentials } = options;
  const retired = new Set<HttpsAgent>();
  let material = credentials.current();
  let agent = createAgent(material, options);

  return {
    agent() {
      const now = credentials.current();
      if (now !== material) {
        retire(agent);
        for (const old of retired) if (isEmpty(old)) retired.delete(old);
        retired.add(agent);
        material = now;
        agent = createAgent(now, options);
      }
      return agent;
    },
    close() {
      for (const each of [agent, ...retired]) each.destroy();
    },
  };
}

function createAgent(
  material: TlsMaterial,
  { identify, serverName, lookup, insecureSkipVerify = false }: TlsConnectionPoolOptions,
): HttpsAgent {
  return new HttpsAgent({
    ...KEEP_ALIVE,
    ...VERIFIED,
    secureContext: secureContextOf(material),
    ...(lookup === undefined ? {} : { lookup }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(identify === undefined
      ? {}
      : { checkServerIdentity: (_host: string, certificate: PeerCertificate) => identify(certificate) }),
    ...(insecureSkipVerify ? { rejectUnauthorized: false, checkServerIdentity: () => undefined } : {}),
  });
}

const contexts = new WeakMap<TlsMaterial, SecureContext>();

/** One for all workers: a fleet shares what its control plane shows. */
function secureContextOf(material: TlsMaterial): SecureContext {
  const known = contexts.get(material);
  if (known !== undefined) return known;
  const { cert, key, authorities } = material;
  const context = createSecureContext({
    minVersion: VERIFIED.minVersion,
    cert,
    key,
    ...(authorities.length === 0 ? {} : { ca: authorities.map(String) }),
  });
  contexts.set(material, context);
  return context;
}

/** Closes idle connections at once, and each of the others when its request has ended. */
function retire(agent: HttpsAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

function isEmpty({ sockets, requests }: HttpsAgent): boolean {
  return Object.keys(sockets).length === 0 && Object.keys(requests).length === 0;
}
