/**
 * Why a secure connection did not come about, seen from the one who opened it. `tls_name_mismatch`: the certificate is
 * of somebody else. `tls_untrusted`: no known root, or not a certificate for this purpose. `tls_refused`: the peer did
 * not take our certificate. `tls_protocol`: the peer speaks no TLS, or none that both accept.
 */
export type TlsFailureReason =
  | 'tls_name_mismatch'
  | 'tls_certificate_expired'
  | 'tls_certificate_not_yet_valid'
  | 'tls_untrusted'
  | 'tls_refused'
  | 'tls_protocol';

const BY_CODE: Readonly<Record<string, TlsFailureReason>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_name_mismatch',
  CERT_HAS_EXPIRED: 'tls_certificate_expired',
  CERT_NOT_YET_VALID: 'tls_certificate_not_yet_valid',
  UNABLE_TO_GET_ISSUER_CERT: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_untrusted',
  CERT_SIGNATURE_FAILURE: 'tls_untrusted',
  CERT_UNTRUSTED: 'tls_untrusted',
  INVALID_CA: 'tls_untrusted',
  INVALID_PURPOSE: 'tls_untrusted',
};

/** Alerts by which a server says no to a certificate (RFC 8446, section 6.2), in the words of OpenSSL. */
const REFUSED =
  /alert (?:certificate required|bad certificate|certificate expired|certificate revoked|certificate unknown|unknown ca|access denied|handshake failure)/;

/** Undefined when the error has nothing to do with TLS. */
export function tlsFailureOf(error: unknown): TlsFailureReason | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const reason = Object.hasOwn(BY_CODE, error.code) ? BY_CODE[error.code] : undefined;
  if (reason !== undefined) return reason;
  if (error.code !== 'EPROTO' && !error.code.startsWith('ERR_SSL_')) return undefined;
  return REFUSED.test(error.message) ? 'tls_refused' : 'tls_protocol';
}
