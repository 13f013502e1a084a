import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { certificateThumbprint } from '@stacyvm/token';
import { TlsMaterialError } from '../errors.js';

/** Where the parts of one end of TLS are; each part may be absent. `kind` names a part in messages and metrics. */
export interface TlsFiles {
  /** The certificate with its intermediates after it, and its unencrypted key, in PEM. */
  readonly identity?:
    | { readonly kind: string; readonly certFile: string; readonly keyFile: string }
    | undefined;
  /** The certificates that those of peers must lead to. */
  readonly authorities?: { readonly kind: string; readonly file: string } | undefined;
}

/** One certificate of a file that is in force. */
export interface TlsCertificate {
  readonly kind: string;
  readonly path: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Upper-case hex digits of SHA-256 with colons, as openssl prints them. */
  readonly fingerprint256: string;
}

/** What TLS is spoken with, checked. */
export interface TlsMaterial {
  /** PEM; undefined: nothing to show. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** What tokens are bound to the own certificate by; undefined: there is none. */
  readonly thumbprint: string | undefined;
  /** Empty: the roots of Node. */
  readonly authorities: readonly X509Certificate[];
  /** First the own certificate, then its intermediates, then the authorities. */
  readonly certificates: readonly TlsCertificate[];
  /** The end of the own certificate, and its beginning. */
  readonly validity: { readonly notBefore: Date; readonly notAfter: Date } | undefined;
}

/** What the files hold at one moment. */
export interface TlsFileContents {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly authorities: string | undefined;
}

/** A bundle of every public root is a quarter of this. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** @throws TlsMaterialError `file_missing`, `file_unreadable` */
export function readTlsFiles({ identity, authorities }: TlsFiles): TlsFileContents {
  return {
    cert: identity && readPem(identity.certFile),
    key: identity && readPem(identity.keyFile),
    authorities: authorities && readPem(authorities.file),
  };
}

function readPem(path: string): string {
  try {
    const status = statSync(path);
    // A pipe would be waited for.
    if (!status.isFile()) throw new TlsMaterialError('file_unreadable', `${path} is not a file`);
    if (status.size > FILE_LIMIT_BYTES)
      throw new TlsMaterialError('file_unreadable', `${path} is larger than 1 MiB`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof TlsMaterialError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new TlsMaterialError(
      code === 'ENOENT' ? 'file_missing' : 'file_unreadable',
      `${path} cannot be read (${code})`,
    );
  }
}

/**
 * Checks that everything parses and that the key is that of the certificate. Says nothing about whether a certificate is
 * valid at the moment.
 *
 * @throws TlsMaterialError
 */
export function parseTlsMaterial(files: TlsFiles, contents: TlsFileContents): TlsMaterial {
  const { identity } = files;
  const chain = identity === undefined ? [] : certificatesIn(contents.cert ?? '', identity.certFile);
  const authorities =
    files.authorities === undefined ? [] : certificatesIn(contents.authorities ?? '', files.authorities.file);
  const [leaf] = chain;
  if (identity !== undefined && leaf !== undefined) {
    const key = privateKeyIn(contents.key ?? '', identity.keyFile);
    if (!leaf.checkPrivateKey(key)) {
      throw new TlsMaterialError(
        'key_mismatch',
        `${identity.keyFile} is not the key of the certificate in ${identity.certFile}; replace both`,
      );
    }
    acceptable(contents, identity.certFile);
  }
  return {
    cert: contents.cert,
    key: contents.key,
    thumbprint: leaf && certificateThumbprint(leaf.raw),
    authorities,
    certificates: [
      ...chain.map((certificate) => described(certificate, identity?.kind, identity?.certFile)),
      ...authorities.map((certificate) =>
        described(certificate, files.authorities?.kind, files.authorities?.file),
      ),
    ],
    validity: leaf && validityOf(leaf),
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesIn(pem: string, path: string): readonly X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0 || blocks.length !== pem.split('-----BEGIN ').length - 1) {
    throw new TlsMaterialError(
      'certificate_malformed',
      `${path} must hold certificates in PEM, and nothing else`,
    );
  }
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new TlsMaterialError('certificate_malformed', `${path} holds a certificate that is none`, {
        cause: error,
      });
    }
  });
}

function privateKeyIn(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // Without the cause: it is about a secret.
    throw new TlsMaterialError('key_malformed', `${path} must hold an unencrypted private key in PEM`);
  }
}

/** OpenSSL has more to ask of them, such as a length of the key. */
function acceptable({ cert, key }: TlsFileContents, path: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new TlsMaterialError('certificate_unusable', `${path} cannot be used for TLS (${code})`);
  }
}

function validityOf({ validFrom, validTo }: X509Certificate): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
}

function described(certificate: X509Certificate, kind = '', path = ''): TlsCertificate {
  return { kind, path, ...validityOf(certificate), fingerprint256: certificate.fingerprint256 };
}
