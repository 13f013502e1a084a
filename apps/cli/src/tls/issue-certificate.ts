import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.js';

/** A subject: who is responsible, and what it is. */
export interface SubjectName {
  readonly organization: string;
  readonly commonName: string;
}

/** The names of a server or client; addresses are IPv4. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
  readonly uris: readonly string[];
}

export interface CertificateRequest {
  readonly subject: SubjectName;
  /** Of P-256. */
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** An authority, of ends only; or an end that is a server and a client by these names. */
  readonly role: 'authority' | AlternativeNames;
}

/** Who signs: its name, and its key of P-256. */
export interface Issuer {
  readonly subject: SubjectName;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;

const ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));

/** Makes an X.509 certificate of version 3 (RFC 5280), in PEM. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    ALGORITHM,
    nameOf(issuer.subject),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsOf(request, issuer))),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  return toPem(sequence(toBeSigned, ALGORITHM, bitString(signature)));
}

function extensionsOf({ role, publicKey }: CertificateRequest, issuer: Issuer): readonly Buffer[] {
  const keyIdentifiers = [
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(implicit(0, keyIdentifier(issuer.publicKey)))),
  ];
  if (role === 'authority') {
    return [
      critical(OID.basicConstraints, sequence(boolean(true), integer(Buffer.of(0)))),
      critical(OID.keyUsage, namedBits(KEY_CERT_SIGN, CRL_SIGN)),
      ...keyIdentifiers,
    ];
  }
  return [
    critical(OID.basicConstraints, sequence()),
    critical(OID.keyUsage, namedBits(DIGITAL_SIGNATURE)),
    extension(
      OID.extendedKeyUsage,
      sequence(objectIdentifier(OID.serverAuth), objectIdentifier(OID.clientAuth)),
    ),
    extension(OID.subjectAltName, sequence(...generalNames(role))),
    ...keyIdentifiers,
  ];
}

function generalNames({ dns, addresses, uris }: AlternativeNames): readonly Buffer[] {
  return [
    ...dns.map((name) => implicit(2, Buffer.from(name, 'ascii'))),
    ...uris.map((uri) => implicit(6, Buffer.from(uri, 'ascii'))),
    ...addresses.map((address) => implicit(7, addressBytes(address))),
  ];
}

function addressBytes(address: string): Buffer {
  if (isIP(address) !== 4) throw new TypeError(`${address} is not an IPv4 address`);
  return Buffer.from(address.split('.').map(Number));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), octetString(value));
}

function critical(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), boolean(true), octetString(value));
}

function nameOf({ organization, commonName }: SubjectName): Buffer {
  const part = (id: string, text: string): Buffer => setOf(sequence(objectIdentifier(id), utf8String(text)));
  return sequence(part(OID.organization, organization), part(OID.commonName, commonName));
}

const POINT_BYTES = 65;

/** Of the public point, which ends the encoded key (RFC 7093, section 2, method 1). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES);
  return createHash('sha256').update(point).digest().subarray(0, 20);
}

/** 16 random bytes, of which the first is never 0, so that all of them count. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
