import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificateThumbprint } from '@stacyvm/token';
import { type Clock, systemClock } from '../clock.js';
import type { TlsRefusal } from './handshake-refusal.js';
import { listNames, parseSubjectNames, type SubjectNames } from './subject-names.js';
import type { TlsCredentials } from './tls-credentials.js';

/** What the client of a connection showed in its handshake. */
export interface ClientCertificate {
  readonly names: SubjectNames;
  readonly notAfter: Date;
  /** What tokens are bound to it by. */
  readonly thumbprint: string;
  /** The certificate itself, then those that the client sent along, each the issuer of the one before. */
  readonly chain: readonly X509Certificate[];
}

/** Of the connections that were asked for: Node gives the chain out to the first who asks. */
const shown = new WeakMap<Socket, ClientCertificate | undefined>();

/** The certificate by which the client of a connection was verified; undefined when it has shown none. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!shown.has(socket)) shown.set(socket, readCertificate(socket));
  return shown.get(socket);
}

function readCertificate(socket: TLSSocket): ClientCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  // A resumed session has been authorized before, and may have come without the certificate that was.
  if (!socket.authorized || certificate === undefined || socket.isSessionReused()) return undefined;
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = certificate;
  while (next !== undefined && chain.length < MAX_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return {
    names: parseSubjectNames(certificate.subjectAltName),
    notAfter: new Date(certificate.validTo),
    thumbprint: certificateThumbprint(certificate.raw),
    chain,
  };
}

const MAX_CHAIN = 10;

/**
 * What is wrong with the client of a connection, beyond what its handshake has checked; undefined when it is let in.
 *
 * @param allowedNames names of which the certificate must have one, DNS names or URIs; empty: any
 */
export function clientProblem(
  client: ClientCertificate | undefined,
  allowedNames: ReadonlySet<string>,
  now: Date,
): TlsRefusal | undefined {
  if (client === undefined) return MISSING;
  if (client.notAfter < now) return EXPIRED;
  const names = [...client.names.dns, ...client.names.uris];
  if (allowedNames.size === 0 || names.some((name) => allowedNames.has(name))) return undefined;
  return {
    reason: 'client_name_not_allowed',
    problem: `the client certificate names ${listNames(client.names)}, none of worker.rpc_tls.allowed_client_names`,
  };
}

const MISSING: TlsRefusal = {
  reason: 'client_certificate_missing',
  problem: 'the connection has no client certificate',
};

const EXPIRED: TlsRefusal = {
  reason: 'client_certificate_expired',
  problem: 'the client certificate has expired since the connection was made',
};

/** Whether one of these authorities vouches for what a client showed, whatever those did that the handshake went by. */
export function leadsTo(
  { chain }: Pick<ClientCertificate, 'chain'>,
  authorities: readonly X509Certificate[],
): boolean {
  const [leaf, ...sentAlong] = chain;
  const unused = new Set(sentAlong);
  let current = leaf;
  while (current !== undefined) {
    const certificate = current;
    if (authorities.some((authority) => issued(authority, certificate))) return true;
    // In any order, and beside others: a client sends what it likes.
    current = [...unused].find((issuer) => issued(issuer, certificate));
    if (current !== undefined) unused.delete(current);
  }
  return false;
}

/** Tells what the tokens of a request may be bound to: the thumbprint of its connection's client certificate. */
export type ClientThumbprintOf = (request: Pick<IncomingMessage, 'socket'>) => string | undefined;

/** As the handshake has verified it. */
export const clientThumbprintOf: ClientThumbprintOf = ({ socket }) => clientCertificateOf(socket)?.thumbprint;

/**
 * Creates what tells the client certificate of a request to a server that keeps its connections: one that has expired
 * since its connection was made, or whose authority was taken out of `credentials` since, counts as none.
 */
export function createClientThumbprints(
  credentials: TlsCredentials,
  clock: Clock = systemClock,
): ClientThumbprintOf {
  const verdicts = new WeakMap<ClientCertificate, readonly [readonly X509Certificate[], boolean]>();
  return ({ socket }) => {
    const client = clientCertificateOf(socket);
    if (client === undefined || client.notAfter < clock()) return undefined;
    const { authorities } = credentials.current();
    let verdict = verdicts.get(client);
    if (verdict?.[0] !== authorities) {
      verdict = [authorities, leadsTo(client, authorities)];
      verdicts.set(client, verdict);
    }
    return verdict[1] ? client.thumbprint : undefined;
  };
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  if (issuer.fingerprint256 === certificate.fingerprint256) return true;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
