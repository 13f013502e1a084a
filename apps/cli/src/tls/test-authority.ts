import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { CommandFailure } from '../failure.js';
import { type AlternativeNames, type Issuer, issueCertificate } from './issue-certificate.js';

/** A certificate and its key, in PEM. */
export interface IssuedPair {
  readonly cert: string;
  readonly key: string;
}

/** Issues certificates for trying things out. */
export interface TestAuthority extends IssuedPair {
  readonly notAfter: Date;
  /** Of a server and client by these names, for so many days, never longer than the authority itself. */
  issue(commonName: string, names: AlternativeNames, days: number): IssuedPair;
}

const ORGANIZATION = 'StacyVM TEST ONLY';
const COMMON_NAME = 'StacyVM test CA (NOT FOR PRODUCTION)';
const AUTHORITY = { organization: ORGANIZATION, commonName: COMMON_NAME };
const SUBJECT = `O=${ORGANIZATION}\nCN=${COMMON_NAME}`;

const DAY_MS = 86_400_000;
/** Clocks that are a little behind take them, too. */
const BACKDATED_MS = 5 * 60_000;
/** So that workers can be added after the first certificates have ended. */
const LEAST_AUTHORITY_DAYS = 365;

/** Makes an authority with a key of its own. @param days how long its certificates shall be valid */
export function createTestAuthority(days: number, now: Date): TestAuthority {
  const { publicKey, privateKey } = newKey();
  const issuer = { subject: AUTHORITY, publicKey, privateKey };
  const cert = issueCertificate(
    {
      subject: AUTHORITY,
      publicKey,
      notBefore: new Date(now.getTime() - BACKDATED_MS),
      notAfter: new Date(now.getTime() + Math.max(days, LEAST_AUTHORITY_DAYS) * DAY_MS),
      role: 'authority',
    },
    issuer,
  );
  return authorityOf({ cert, key: pemOf(privateKey) }, issuer, now);
}

/**
 * Goes on with an authority that `createTestAuthority` has made.
 *
 * @throws CommandFailure when it is another one, the key is not its own, or it is not valid any more
 */
export function reopenTestAuthority(pair: IssuedPair, path: string, now: Date): TestAuthority {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    certificate = new X509Certificate(pair.cert);
    privateKey = createPrivateKey(pair.key);
  } catch (error) {
    throw new CommandFailure(`${path}: the certificate of the authority, or its key, cannot be read`, 1, {
      cause: error,
    });
  }
  if (certificate.subject !== SUBJECT)
    throw new CommandFailure(`${path} is not a test CA of stacyvm tls init; name another directory`);
  if (!certificate.checkPrivateKey(privateKey))
    throw new CommandFailure(`${path}: its key file holds the key of another certificate`);
  if (new Date(certificate.validTo) <= now)
    throw new CommandFailure(`${path} has expired at ${certificate.validTo}; --force makes everything anew`);
  return authorityOf(pair, { subject: AUTHORITY, publicKey: certificate.publicKey, privateKey }, now);
}

function authorityOf(pair: IssuedPair, issuer: Issuer, now: Date): TestAuthority {
  const notAfter = new Date(new X509Certificate(pair.cert).validTo);
  return {
    ...pair,
    notAfter,
    issue(commonName, role, days) {
      const { publicKey, privateKey } = newKey();
      const cert = issueCertificate(
        {
          subject: { organization: ORGANIZATION, commonName },
          publicKey,
          notBefore: new Date(now.getTime() - BACKDATED_MS),
          notAfter: new Date(Math.min(now.getTime() + days * DAY_MS, notAfter.getTime())),
          role,
        },
        issuer,
      );
      return { cert, key: pemOf(privateKey) };
    },
  };
}

function newKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
