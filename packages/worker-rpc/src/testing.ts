import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (directory: string, ...args: readonly string[]) =>
  promisify(execFile)('openssl', [...args], { cwd: directory });

export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface IssueOptions {
  /** Subject alternative names as openssl writes them: `DNS:worker-a`. */
  readonly names?: readonly string[];
  readonly usage?: 'serverAuth' | 'clientAuth';
  readonly commonName?: string;
  /** By default a day from now, each way. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly isAuthority?: boolean;
}

/** Its `certFile` is what peers are configured with. */
export interface TestAuthority {
  readonly cert: string;
  readonly certFile: string;
  issue(options?: IssueOptions): Promise<IssuedCertificate>;
  /** From now on it signs with the certificate of an intermediate. */
  becomes(intermediate: IssuedCertificate): Promise<void>;
}

export interface TestCertificates {
  readonly directory: string;
  authority(name: string): Promise<TestAuthority>;
  remove(): Promise<void>;
}

export const DAY_MS = 86_400_000;

const CONFIG = `[ca]
default_ca = here
[here]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = dn
[dn]
`;

/** Certificates for tests, by the openssl command, in a directory of their own. */
export async function createCertificates(): Promise<TestCertificates> {
  const directory = await mkdtemp(join(tmpdir(), 'stacyvm-certificates-'));
  return {
    directory,
    authority: (name) => createAuthority(join(directory, name), name),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

async function createAuthority(directory: string, name: string): Promise<TestAuthority> {
  await mkdir(directory);
  await writeFile(join(directory, 'ca.cnf'), CONFIG);
  await writeFile(join(directory, 'index.txt'), '');
  await writeFile(join(directory, 'serial'), '01\n');
  const files = ['-keyout', 'ca.key', '-out', 'ca.crt', '-subj', `/CN=${name}`, '-days', '30'];
  await openssl(directory, 'req', '-x509', ...NEW_KEY, ...files);
  const certFile = join(directory, 'ca.crt');
  let issued = 0;

  async function issue(options: IssueOptions = {}): Promise<IssuedCertificate> {
    const { names = [], usage, commonName = 'test', isAuthority = false } = options;
    issued += 1;
    const file = `leaf-${issued}`;
    const extensions = [
      `basicConstraints=CA:${isAuthority ? 'TRUE' : 'FALSE'}`,
      ...(names.length === 0 ? [] : [`subjectAltName=${names.join(',')}`]),
      ...(usage === undefined ? [] : [`extendedKeyUsage=${usage}`]),
    ];
    await writeFile(join(directory, `${file}.ext`), extensions.join('\n'));
    const request = ['-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${commonName}`];
    await openssl(directory, 'req', '-new', ...NEW_KEY, ...request);
    await openssl(
      directory,
      'ca',
      ...['-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.crt', '-keyfile', 'ca.key'],
      ...['-in', `${file}.csr`, '-out', `${file}.crt`, '-extfile', `${file}.ext`],
      ...['-startdate', asn1Time(options.notBefore ?? new Date(Date.now() - DAY_MS))],
      ...['-enddate', asn1Time(options.notAfter ?? new Date(Date.now() + DAY_MS))],
    );
    const paths = { certFile: join(directory, `${file}.crt`), keyFile: join(directory, `${file}.key`) };
    const [cert, key] = [await readFile(paths.certFile, 'utf8'), await readFile(paths.keyFile, 'utf8')];
    return { cert, key, ...paths };
  }

  // One after the other: openssl numbers them in a file.
  let last: Promise<unknown> = Promise.resolve();
  return {
    cert: await readFile(certFile, 'utf8'),
    certFile,
    async becomes({ cert, key }) {
      await writeFile(certFile, cert);
      await writeFile(join(directory, 'ca.key'), key);
    },
    issue(options) {
      const next = last.then(() => issue(options));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

function asn1Time(time: Date): string {
  return `${time.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
}
