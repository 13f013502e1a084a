import type { PeerCertificate } from 'node:tls';
import { type TlsFailureReason, tlsFailureOf } from '@stacyvm/worker-rpc';
import { namesIn } from '../doctor/certificate.js';

const ADVICE: Readonly<Record<Exclude<TlsFailureReason, 'tls_name_mismatch'>, string>> = {
  tls_untrusted:
    'its certificate comes from no authority that is trusted here; name the file of its authority with --ca-file or STACYVM_CA_FILE',
  tls_certificate_expired: 'its certificate has expired; renew it there, or correct the clock here',
  tls_certificate_not_yet_valid: 'its certificate is not valid yet; compare the clocks',
  tls_refused: 'it demands a client certificate, or refuses ours; is it the port of a worker?',
  tls_protocol:
    'it does not speak TLS of version 1.2 or later; if it serves plain HTTP, use http:// in --server',
};

/** Codes by which HTTP without TLS fails at a port that speaks TLS. */
const NO_HTTP: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT']);
const MAX_CAUSES = 10;

/**
 * What to do about a connection that TLS, or the lack of it, has kept from coming about. Undefined when that is not it.
 *
 * @param error the failure, with what it comes from among its causes
 */
export function connectionAdvice(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    const reason = tlsFailureOf(cause);
    if (reason === 'tls_name_mismatch') return nameAdvice(cause);
    if (reason !== undefined) return ADVICE[reason];
    if ('code' in cause && NO_HTTP.has(String(cause.code)))
      return 'it ended the connection; a port that serves TLS needs https:// in --server';
  }
  return undefined;
}

function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause)
    causes.push(cause);
  return causes;
}

/** Node puts the certificate into the error. */
function nameAdvice(error: Error & { readonly host?: string; readonly cert?: PeerCertificate }): string {
  const names = namesIn(error.cert?.subjectaltname);
  const shown = names.length === 0 ? 'nobody' : names.slice(0, 5).join(', ').slice(0, 300);
  return `its certificate is not for ${error.host ?? 'that host'} but for ${shown}; call it by a name that its certificate has, with --server`;
}
