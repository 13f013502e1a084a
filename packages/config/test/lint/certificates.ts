import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inDirectory } from './configuration.js';

/** How long the certificates of these tests are valid. */
export const VALID_DAYS = 365;

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const LEAF = 'basicConstraints=critical,CA:FALSE';

/** Arguments of `openssl req -x509` by the name of the certificate. */
const RECIPES = {
  authority: [...EC, '-addext', 'keyUsage=critical,keyCertSign'],
  server: [
    ...EC,
    '-addext',
    LEAF,
    '-addext',
    'subjectAltName=DNS:stacyvm.mycompany.net',
    '-addext',
    'extendedKeyUsage=serverAuth',
  ],
  address: [...EC, '-addext', LEAF, '-addext', 'subjectAltName=IP:10.0.0.1'],
  nameless: [...EC, '-addext', LEAF, '-addext', 'extendedKeyUsage=serverAuth'],
  worker: [...EC, '-addext', LEAF, '-addext', 'subjectAltName=DNS:Worker-A'],
  spiffe: [...EC, '-addext', LEAF, '-addext', 'subjectAltName=URI:spiffe://mycompany.net/worker/worker-a'],
  // One name that reads as two to whoever splits at commas.
  forged: [...EC, '-config', 'forged.cnf'],
  client: [...EC, '-addext', LEAF, '-addext', 'extendedKeyUsage=clientAuth'],
  any: [...EC, '-addext', LEAF, '-addext', 'extendedKeyUsage=anyExtendedKeyUsage'],
  unnamed: [...EC, '-addext', LEAF, '-subj', '/'],
  'rsa-1024': ['-newkey', 'rsa:1024', '-addext', LEAF, '-addext', 'subjectAltName=DNS:worker-a'],
  'rsa-2048': ['-newkey', 'rsa:2048', '-addext', LEAF, '-addext', 'subjectAltName=DNS:worker-a'],
  'ec-sha1': [...EC, '-sha1', '-addext', LEAF, '-addext', 'subjectAltName=DNS:worker-a'],
  'rsa-sha1': ['-newkey', 'rsa:2048', '-sha1', '-addext', LEAF, '-addext', 'subjectAltName=DNS:worker-a'],
  'pss-sha1': [
    '-newkey',
    'rsa:2048',
    '-sha1',
    '-sigopt',
    'rsa_padding_mode:pss',
    '-addext',
    LEAF,
    '-addext',
    'subjectAltName=DNS:worker-a',
  ],
  'pss-sha256': [
    '-newkey',
    'rsa:2048',
    '-sha256',
    '-sigopt',
    'rsa_padding_mode:pss',
    '-addext',
    LEAF,
    '-addext',
    'subjectAltName=DNS:worker-a',
  ],
  'sha1-authority': [...EC, '-sha1'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CertificateName = keyof typeof RECIPES;

/** A comma in a name can only be written in a configuration. */
const FORGED = `[req]
distinguished_name = dn
x509_extensions = extensions
[dn]
[extensions]
basicConstraints = critical,CA:FALSE
subjectAltName = @names
[names]
URI = https://mycompany.net/, DNS:worker-a
`;

interface Issued {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const issued = new Map<CertificateName, Issued>();

function issue(name: CertificateName): Issued {
  const known = issued.get(name);
  if (known !== undefined) return known;
  const made = inDirectory((directory) => {
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    writeFileSync(join(directory, 'forged.cnf'), FORGED);
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-noenc',
        '-days',
        String(VALID_DAYS),
        '-subj',
        `/CN=${name}`,
        '-out',
        cert,
        '-keyout',
        key,
        ...RECIPES[name],
      ],
      { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return { cert: readFileSync(cert), key: readFileSync(key) };
  });
  issued.set(name, made);
  return made;
}

/** The content of certificate files, one after the other; each is made when it is first asked for. */
export const certificate =
  (...names: readonly CertificateName[]) =>
  (): Buffer =>
    Buffer.concat(names.map((name) => issue(name).cert));

export const privateKey = (name: CertificateName) => (): Buffer => issue(name).key;

/** The same key, with a passphrase. */
export const encryptedKey = (name: CertificateName) => (): Buffer =>
  execFileSync('openssl', ['pkey', '-aes256', '-passout', 'pass:secret'], { input: issue(name).key });
