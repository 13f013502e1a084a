import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** A file that does not hold what it should; the message says what is wrong with it. */
export class CertificateFileError extends Error {
  override readonly name = 'CertificateFileError';
}

/** The certificates of a PEM file, in its order; at least one. @throws CertificateFileError */
export function readCertificates(path: string): readonly [X509Certificate, ...X509Certificate[]] {
  const texts = readPem(path).match(PEM_CERTIFICATE) ?? [];
  const [first, ...rest] = texts.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      throw new CertificateFileError(`${path}: certificate ${index + 1} cannot be parsed`, { cause: error });
    }
  });
  if (first === undefined) throw new CertificateFileError(`${path} holds no certificate in PEM`);
  return [first, ...rest];
}

/** Whether a key file holds the private key of a certificate. @throws CertificateFileError */
export function keyMatches(path: string, certificate: X509Certificate): boolean {
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(readPem(path));
  } catch (error) {
    if (error instanceof CertificateFileError) throw error;
    throw new CertificateFileError(
      `${path} holds no private key in PEM that can be read without a passphrase`,
      {
        cause: error,
      },
    );
  }
  return certificate.checkPrivateKey(key);
}

/**
 * Builds the chain from the first certificate over the others to an authority.
 *
 * @returns why there is none; undefined when there is one whose members are all valid at `now`
 */
export function chainProblem(
  [leaf, ...intermediates]: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[],
  now: Date,
): string | undefined {
  const remaining = [...intermediates];
  let current = leaf;
  for (;;) {
    const authority = authorities.find(
      (candidate) => isIssuer(candidate, current) || isSame(candidate, current),
    );
    if (authority !== undefined) {
      return isValidAt(authority, now) ? undefined : `the authority ${nameOf(authority)} is not valid now`;
    }
    const next = remaining.findIndex((candidate) => isIssuer(candidate, current));
    const [intermediate] = next < 0 ? [] : remaining.splice(next, 1);
    if (intermediate === undefined) return `no authority there issued ${nameOf(current)}`;
    if (!isValidAt(intermediate, now)) return `the intermediate ${nameOf(intermediate)} is not valid now`;
    current = intermediate;
  }
}

export function isValidAt(certificate: X509Certificate, now: Date): boolean {
  return now >= new Date(certificate.validFrom) && now <= new Date(certificate.validTo);
}

/** The subject on one line, or the first name when there is no subject. */
export function nameOf({ subject, subjectAltName }: X509Certificate): string {
  return (subject ?? '').trim().split('\n').join(', ') || (subjectAltName ?? 'a certificate without a name');
}

/** The names that a certificate is issued for, such as `DNS:worker-a`. */
export function namesIn(subjectAltName: string | undefined): readonly string[] {
  // A name that contains a comma or a quote is written as JSON, so it never passes for two.
  return (subjectAltName?.match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? []).map((name) => name.trim());
}

function isIssuer(candidate: X509Certificate, of: X509Certificate): boolean {
  return candidate.ca && of.checkIssued(candidate) && of.verify(candidate.publicKey);
}

function isSame(a: X509Certificate, b: X509Certificate): boolean {
  return a.fingerprint256 === b.fingerprint256;
}

/** @throws CertificateFileError */
export function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CertificateFileError(`${path} cannot be read: ${code}`, { cause: error });
  }
}
