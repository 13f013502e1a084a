import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { type ConnectionPool, createConnectionPool } from './connection-pool.js';
import { WorkerRpcError } from './errors.js';
import type { RpcUrlPolicy } from './rpc-url-policy.js';
import { listNames, namesWorker, parseSubjectNames } from './tls/subject-names.js';
import { createTlsConnectionPool } from './tls/tls-connection-pool.js';
import type { TlsCredentials } from './tls/tls-credentials.js';

/** How the control plane speaks TLS with workers. */
export interface RpcClientTls {
  /** The control plane's certificate, and the roots of the workers'. */
  readonly credentials: TlsCredentials;
  /** A name that the certificates of all workers have, instead of the worker's own. */
  readonly serverName?: string | undefined;
  /** Takes any certificate, of a worker on this machine. */
  readonly insecureSkipVerify?: boolean | undefined;
  /** Whether the tokens of calls are bound to the control plane's certificate, asked at each call. By default they are. */
  readonly bindTokens?: (() => boolean) | undefined;
}

export interface RpcConnectionOptions {
  readonly workerId: string;
  readonly url: URL;
  readonly tls?: RpcClientTls | undefined;
  readonly urlPolicy?: RpcUrlPolicy | undefined;
}

/** @throws WorkerRpcError `invalid_configuration` when the worker must not be called at its URL */
export function openRpcConnections({ workerId, url, tls, urlPolicy }: RpcConnectionOptions): ConnectionPool {
  const problem = urlPolicy?.problemOf(url.href);
  if (problem !== undefined) throw refused(problem, 'rpc_url_not_allowed');
  const lookup = urlPolicy?.lookupFor(url.href);
  if (tls === undefined) return createConnectionPool(url, withLookup(lookup));
  if (url.protocol !== 'https:') {
    throw refused('worker.rpc_tls is on, and the RPC URL of the worker is not https', 'rpc_url_not_https');
  }
  const { credentials, serverName, insecureSkipVerify = false } = tls;
  if (insecureSkipVerify && !isLoopback(url.hostname)) {
    throw refused(
      'worker.rpc_tls.insecure_skip_verify is for workers on this machine; switch it off for others',
      'tls_verification_required',
    );
  }
  return createTlsConnectionPool({
    credentials,
    // An address is no name to ask for (RFC 6066, section 3).
    serverName: serverName === undefined || isIP(serverName) !== 0 ? undefined : serverName,
    insecureSkipVerify,
    identify: identifierOf(workerId, serverName),
    ...withLookup(lookup),
  });
}

/** The certificate must name the worker itself, whatever the host is called: another worker's is no good here. */
function identifierOf(workerId: string, serverName: string | undefined) {
  return (certificate: PeerCertificate): Error | undefined => {
    const names = parseSubjectNames(certificate.subjectaltname);
    const named =
      serverName === undefined ? namesWorker(names, workerId) : bearsName(certificate, serverName);
    if (named) return undefined;
    return misnamed(`the certificate names ${listNames(names)}, not ${serverName ?? workerId}`);
  };
}

/** Without the common name, which Node would look at when there is no other (RFC 9525, section 2). */
function bearsName(certificate: PeerCertificate, serverName: string): boolean {
  const subject = { ...certificate.subject, CN: '' };
  return checkServerIdentity(serverName, { ...certificate, subject }) === undefined;
}

function misnamed(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

function withLookup(lookup: LookupFunction | undefined): { readonly lookup?: LookupFunction } {
  return lookup === undefined ? {} : { lookup };
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function refused(message: string, reason: string): WorkerRpcError {
  return new WorkerRpcError('invalid_configuration', message, { outcome: 'not_executed', reason });
}
