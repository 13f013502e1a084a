import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { NotReadable } from './view.js';

/** No hyphens within: a file of beginnings without ends is read in linear time. */
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** More than any chain or bundle of authorities that a system ships. */
const MAX_CERTIFICATES = 1_000;

/** The certificates of a PEM file, the first of which is that of the holder. Throws `NotReadable` in words. */
export function parseCertificates(pem: Buffer): readonly X509Certificate[] {
  const blocks = pem.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new NotReadable('holds no certificate in PEM');
  if (blocks.length > MAX_CERTIFICATES)
    throw new NotReadable(`holds more than ${MAX_CERTIFICATES} certificates`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new NotReadable(`holds a certificate (number ${index + 1}) that cannot be parsed`);
    }
  });
}

/** Who holds a certificate, on one line. Node has no subject for one without a name, whatever its types say. */
export function subjectOf(certificate: X509Certificate): string {
  const subject: string | undefined = certificate.subject;
  return subject === undefined || subject === '' ? 'the certificate' : subject.replaceAll('\n', ', ');
}

/** A private key in PEM. Throws `NotReadable`, which says nothing of the content. */
export function parsePrivateKey(pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    const isEncrypted = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem.toString('latin1'));
    throw new NotReadable(
      isEncrypted
        ? 'is encrypted, and there is nobody to ask for its passphrase'
        : 'holds no private key in PEM that can be parsed',
    );
  }
}

/** The names that a certificate carries, by kind, lower case as they compare. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  readonly ip: readonly string[];
}

export function namesOf(certificate: X509Certificate): CertificateNames {
  const entries = splitNames(certificate.subjectAltName ?? '');
  const of = (kind: string) =>
    entries.filter((entry) => entry.startsWith(`${kind}:`)).map((entry) => entry.slice(kind.length + 1));
  return {
    dns: of('DNS').map((name) => name.toLowerCase()),
    uri: of('URI'),
    ip: of('IP Address'),
  };
}

/** Node joins names by `, ` and quotes those in which that could stand as JSON strings, so that none can forge another. */
function splitNames(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|, )([A-Za-z ]+:)(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)].map(
    ([, kind = '', quoted, plain]) => `${kind}${quoted === undefined ? (plain ?? '') : unquote(quoted)}`,
  );
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(`"${quoted}"`));
  } catch {
    return '';
  }
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';

/** Whether the extended key usage, if there is any, allows what the certificate is for (RFC 5280, 4.2.1.12). */
export function mayBeUsedBy(certificate: X509Certificate, side: 'server' | 'client'): boolean {
  // What Node calls key usage is the extended one; it is undefined when a certificate has none.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages === undefined || usages.length === 0) return true;
  return usages.includes(side === 'server' ? SERVER_AUTH : CLIENT_AUTH) || usages.includes(ANY_USAGE);
}

const MIN_RSA_BITS = 2_048;

/** Why nobody should rely on the key or the signature of a certificate; undefined when there is no reason. */
export function weakCryptographyOf(certificate: X509Certificate): string | undefined {
  const { publicKey } = certificate;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  if (publicKey.asymmetricKeyType?.startsWith('rsa') && bits !== undefined && bits < MIN_RSA_BITS)
    return `has an RSA key of ${bits} bits; ${MIN_RSA_BITS} are the least`;
  // The signature of a root proves nothing: it is trusted by being configured.
  const isRoot = certificate.ca && certificate.checkIssued(certificate);
  const hash = isRoot ? undefined : brokenHashOf(certificate.raw);
  return hash === undefined ? undefined : `is signed with ${hash}`;
}

/** DER of object identifiers of signature algorithms whose hash can be collided. */
const BROKEN_SIGNATURES: readonly (readonly [der: string, hash: string])[] = [
  ['06092a864886f70d010104', 'MD5'],
  ['06092a864886f70d010105', 'SHA-1'],
  ['06072a8648ce3d0401', 'SHA-1'],
  ['06072a8648ce380403', 'SHA-1'],
];
const RSA_PSS = '06092a864886f70d01010a';
/** The arc of SHA-2 and SHA-3; RSA-PSS that names no hash of it uses SHA-1, its default (RFC 4055). */
const SHA2_ARC = '0609608648016503';

/** Node of this version does not tell the algorithm, so it is read from `Certificate` (RFC 5280, 4.1.1.2). */
function brokenHashOf(der: Buffer): string | undefined {
  const certificate = readElement(der, 0);
  const body = readElement(der, certificate.start);
  const algorithm = readElement(der, body.end);
  const encoded = der.subarray(algorithm.start, algorithm.end).toString('hex');
  if (encoded.startsWith(RSA_PSS) && !encoded.includes(SHA2_ARC)) return 'SHA-1';
  return BROKEN_SIGNATURES.find(([identifier]) => encoded.startsWith(identifier))?.[1];
}

/** Where the content of the DER element at `offset` starts and ends. The DER has been parsed before. */
function readElement(der: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : der.readUIntBE(offset + 2, lengthBytes);
  const start = offset + 2 + lengthBytes;
  return { start, end: start + length };
}
