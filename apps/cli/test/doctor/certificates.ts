import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWishes {
  readonly issuer?: IssuedCertificate;
  /** As in OpenSSL: `DNS:worker-a,URI:spiffe://x/worker/worker-a`. */
  readonly names?: string;
  readonly usage?: 'serverAuth' | 'clientAuth';
  readonly authority?: boolean;
  /** As in OpenSSL; the days from now unless given. */
  readonly period?: { readonly from: string; readonly to: string };
  readonly days?: number;
}

/** Has the openssl command make a key and a certificate of it in `directory`. */
export function issue(directory: string, name: string, wishes: CertificateWishes = {}): IssuedCertificate {
  const { issuer, names, usage, authority = false, days = 90 } = wishes;
  const key = join(directory, `${name}.key`);
  const cert = join(directory, `${name}.pem`);
  const extensions = [
    `basicConstraints=critical,CA:${authority ? 'TRUE' : 'FALSE'}`,
    ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ...(usage === undefined ? [] : [`extendedKeyUsage=${usage}`]),
  ];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ...['-keyout', key, '-out', cert, '-subj', `/CN=${name}`, '-days', String(days)],
      ...extensions.flatMap((extension) => ['-addext', extension]),
      ...(issuer === undefined ? [] : ['-CA', issuer.cert, '-CAkey', issuer.key]),
    ],
    { stdio: 'pipe' },
  );
  return { cert, key };
}
