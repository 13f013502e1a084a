import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsRefusal } from './handshake-refusal.js';
import { listNames, parseSubjectNames } from './subject-names.js';

const MISSING: TlsRefusal = {
  reason: 'client_certificate_missing',
  problem: 'the connection has no client certificate',
};

/**
 * What is wrong with the client of a connection, beyond what the handshake has checked; undefined when it is let in.
 *
 * @param allowedNames names of which the certificate must have one, DNS names or URIs; empty: any
 */
export function clientProblem(
  socket: TLSSocket,
  allowedNames: ReadonlySet<string>,
  now: Date,
): TlsRefusal | undefined {
  const certificate = socket.getPeerX509Certificate();
  // A resumed session has been authorized before, and may have come without the certificate that was.
  if (!socket.authorized || certificate === undefined || socket.isSessionReused()) return MISSING;
  if (new Date(certificate.validTo) < now) {
    return {
      reason: 'client_certificate_expired',
      problem: 'the client certificate has expired since the connection was made',
    };
  }
  const names = parseSubjectNames(certificate.subjectAltName);
  if (allowedNames.size === 0 || [...names.dns, ...names.uris].some((name) => allowedNames.has(name)))
    return undefined;
  return {
    reason: 'client_name_not_allowed',
    problem: `the client certificate names ${listNames(names)}, none of worker.rpc_tls.allowed_client_names`,
  };
}

/** Whether the chain that a client showed still ends in one of these authorities. */
export function leadsTo(socket: TLSSocket, authorities: readonly X509Certificate[]): boolean {
  let certificate = socket.getPeerX509Certificate();
  for (let depth = 0; certificate !== undefined && depth < MAX_DEPTH; depth += 1) {
    const current = certificate;
    if (authorities.some((authority) => issued(authority, current))) return true;
    const { issuerCertificate } = current;
    if (issuerCertificate?.fingerprint256 === current.fingerprint256) return false;
    certificate = issuerCertificate;
  }
  return false;
}

const MAX_DEPTH = 10;

function issued(authority: X509Certificate, certificate: X509Certificate): boolean {
  return (
    authority.fingerprint256 === certificate.fingerprint256 ||
    (certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
  );
}
