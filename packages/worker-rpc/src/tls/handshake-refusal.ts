import type { TLSSocket } from 'node:tls';

/** Why a connection was not taken, in words for programs and for operators. */
export interface TlsRefusal {
  readonly reason: TlsRefusalReason;
  readonly problem: string;
}

export type TlsRefusalReason =
  | 'client_certificate_missing'
  | 'client_certificate_untrusted'
  | 'client_certificate_expired'
  | 'client_certificate_not_yet_valid'
  | 'client_certificate_wrong_purpose'
  | 'client_name_not_allowed'
  | 'plain_http'
  | 'tls_version_unsupported'
  | 'tls_handshake_failed';

const BY_VERIFICATION: Readonly<Record<string, TlsRefusal>> = {
  CERT_HAS_EXPIRED: { reason: 'client_certificate_expired', problem: 'the client certificate has expired' },
  CERT_NOT_YET_VALID: {
    reason: 'client_certificate_not_yet_valid',
    problem: 'the client certificate is not valid yet; compare the clocks',
  },
  INVALID_PURPOSE: {
    reason: 'client_certificate_wrong_purpose',
    problem: 'the certificate is not one for clients (extended key usage clientAuth)',
  },
};

const BY_ERROR: Readonly<Record<string, TlsRefusal>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: {
    reason: 'client_certificate_missing',
    problem: 'the client showed no certificate',
  },
  ERR_SSL_HTTP_REQUEST: { reason: 'plain_http', problem: 'the client spoke HTTP without TLS; use https' },
  ERR_SSL_UNSUPPORTED_PROTOCOL: {
    reason: 'tls_version_unsupported',
    problem: 'the client offered no version from TLS 1.2 on',
  },
  ERR_SSL_VERSION_TOO_LOW: {
    reason: 'tls_version_unsupported',
    problem: 'the client offered no version from TLS 1.2 on',
  },
};

const CODE = /^[A-Z0-9_]{1,80}$/;

/** What a handshake failed for; undefined when the client only went away. */
export function handshakeRefusal(
  error: NodeJS.ErrnoException,
  { authorizationError }: Pick<TLSSocket, 'authorizationError'>,
): TlsRefusal | undefined {
  // Node gives the code as a string, whatever its types say, and null before there is a verdict.
  const verdict = authorizationError ? codeIn(authorizationError) : undefined;
  if (verdict !== undefined) {
    return (
      BY_VERIFICATION[verdict] ?? {
        reason: 'client_certificate_untrusted',
        problem: `the client certificate does not lead to a client CA (${verdict})`,
      }
    );
  }
  const { code = '' } = error;
  const known = Object.hasOwn(BY_ERROR, code) ? BY_ERROR[code] : undefined;
  if (known !== undefined) return known;
  if (code === 'ECONNRESET') return undefined;
  return {
    reason: 'tls_handshake_failed',
    problem: `the TLS handshake failed (${CODE.test(code) ? code : 'unknown error'})`,
  };
}

function codeIn(verdict: Error | string): string {
  const text = typeof verdict === 'string' ? verdict : verdict.message;
  return CODE.test(text) ? text : 'unknown';
}
