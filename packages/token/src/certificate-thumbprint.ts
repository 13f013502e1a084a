import { hash } from 'node:crypto';

/** 32 bytes in strict base64url: the spare bits of the last character are zero. */
const thumbprintGrammar = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Whether a value is the thumbprint of a certificate as tokens carry it: 43 characters of base64url. */
export function isCertificateThumbprint(value: unknown): value is string {
  return typeof value === 'string' && thumbprintGrammar.test(value);
}

/**
 * The thumbprint that a token is bound to a certificate by: SHA-256 of its DER encoding, in base64url without padding
 * (RFC 8705 section 3.1).
 * @param der the whole certificate, such as `raw` of an `X509Certificate`
 */
export function certificateThumbprint(der: Uint8Array): string {
  return hash('sha256', der, 'base64url');
}
