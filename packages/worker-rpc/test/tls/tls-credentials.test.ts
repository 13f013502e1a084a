import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openTlsCredentials, type TlsCredentials, TlsMaterialError } from '../../src/index.js';
import {
  createCertificates,
  DAY_MS,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '../../src/testing.js';
import { eventually } from '../worker-fixture.js';
import { type RecordedLogs, recordLogs } from './recorded-logs.js';

describe('TLS credentials', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let first: IssuedCertificate;
  let second: IssuedCertificate;
  let expired: IssuedCertificate;
  let directory: string;
  let logs: RecordedLogs;
  let credentials: TlsCredentials | undefined;
  let counter = 0;
  const certFile = () => join(directory, 'tls.crt');
  const keyFile = () => join(directory, 'tls.key');
  const caFile = () => join(directory, 'ca.crt');

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    first = await authority.issue();
    second = await authority.issue();
    expired = await authority.issue({
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    });
  });
  beforeEach(async () => {
    counter += 1;
    directory = join(certificates.directory, `files-${counter}`);
    await mkdir(directory);
    await put(first);
    await writeFile(caFile(), authority.cert);
    logs = recordLogs();
  });
  afterEach(() => {
    credentials?.close();
    credentials = undefined;
  });
  after(() => certificates.remove());

  async function put({ cert, key }: Pick<IssuedCertificate, 'cert' | 'key'>): Promise<void> {
    await writeFile(certFile(), cert);
    await writeFile(keyFile(), key);
  }

  /** As whole as a careful tool does it: nobody sees a file that is written half. */
  async function replace(path: string, content: string): Promise<void> {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  }

  /** Polls so seldom that only `reload` looks, unless told. */
  function open(pollMs = 3_600_000): TlsCredentials {
    credentials = openTlsCredentials(
      {
        identity: { kind: 'rpc_server', certFile: certFile(), keyFile: keyFile() },
        authorities: { kind: 'rpc_client_ca', file: caFile() },
      },
      { logger: logs.logger, pollMs },
    );
    return credentials;
  }

  it('tells of each certificate what metrics need', () => {
    const told = open().certificates();
    expect(told.map(({ kind, path }) => [kind, path])).to.deep.equal([
      ['rpc_server', certFile()],
      ['rpc_client_ca', caFile()],
    ]);
    const [leaf] = told;
    expect(leaf?.notAfter.getTime()).to.be.closeTo(Date.now() + DAY_MS, 60_000);
    expect(leaf?.fingerprint256).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  describe('when they cannot be used at the beginning', () => {
    const cases: ReadonlyArray<{ name: string; code: string; change: () => Promise<void> }> = [
      { name: 'no certificate', code: 'file_missing', change: () => rename(certFile(), `${certFile()}.old`) },
      {
        name: 'a directory',
        code: 'file_unreadable',
        change: async () => {
          await rename(caFile(), `${caFile()}.old`);
          await mkdir(caFile());
        },
      },
      {
        name: 'a certificate that is none',
        code: 'certificate_malformed',
        change: () => writeFile(certFile(), 'x'),
      },
      {
        name: 'a CA that is none',
        code: 'certificate_malformed',
        change: () => writeFile(caFile(), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
      },
      {
        name: 'a CA file whose last certificate is cut',
        code: 'certificate_malformed',
        change: () => writeFile(caFile(), `${authority.cert}${authority.cert.slice(0, 200)}`),
      },
      { name: 'a key that is none', code: 'key_malformed', change: () => writeFile(keyFile(), 'secret-x') },
      { name: 'the key of another', code: 'key_mismatch', change: () => writeFile(keyFile(), second.key) },
    ];
    for (const { name, code, change } of cases) {
      it(`throws ${code} for ${name}`, async () => {
        await change();
        expect(() => open())
          .to.throw(TlsMaterialError)
          .that.includes({ code })
          .and.satisfies(
            ({ message }: Error) => message.includes(directory) && !message.includes('secret-x'),
          );
      });
    }
  });

  it('takes new content and tells of it', async () => {
    const opened = open();
    const before = opened.current();
    let changes = 0;
    opened.onChange(() => {
      changes += 1;
    });
    await put(second);
    opened.reload();
    opened.reload();
    expect(changes).to.equal(1);
    expect(opened.current()).to.not.equal(before);
    expect(opened.current().cert).to.equal(second.cert);
    expect(opened.lastError()).to.equal(undefined);
  });

  it('sees by itself when a link is switched, as those of mounted secrets are', async () => {
    for (const [name, { cert, key }] of [['one', first] as const, ['two', second] as const]) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'tls.crt'), cert);
      await writeFile(join(directory, name, 'tls.key'), key);
    }
    await symlink('one', join(directory, 'data'));
    const linked = openTlsCredentials(
      {
        identity: {
          kind: 'server',
          certFile: join(directory, 'data/tls.crt'),
          keyFile: join(directory, 'data/tls.key'),
        },
      },
      { pollMs: 5 },
    );
    credentials = linked;
    await symlink('two', join(directory, 'data-new'));
    await rename(join(directory, 'data-new'), join(directory, 'data'));
    await eventually(() => linked.current().cert === second.cert);
  });

  it('keeps the old when the new is broken, says so once, and recovers', async () => {
    const opened = open();
    const before = opened.current();
    await writeFile(certFile(), 'half a certif');
    opened.reload();
    opened.reload();
    expect(opened.current()).to.equal(before);
    expect(opened.lastError()).to.include({ code: 'certificate_malformed' });
    expect(logs.problems().map(({ level, code }) => [level, code])).to.deep.equal([
      ['error', 'certificate_malformed'],
    ]);
    await put(second);
    opened.reload();
    expect(opened.current().cert).to.equal(second.cert);
    expect(opened.lastError()).to.equal(undefined);
    await writeFile(certFile(), 'half a certif');
    opened.reload();
    expect(logs.problems(), 'the same again is reported again').to.have.length(2);
  });

  it('does not cry out over a pair of which only one half is replaced yet', async () => {
    const opened = open(5);
    await replace(certFile(), second.cert);
    await eventually(() => opened.lastError() !== undefined);
    await replace(keyFile(), second.key);
    await eventually(() => opened.current().cert === second.cert);
    expect(logs.problems().length).to.be.lessThan(2);
  });

  it('says by itself, at the second look, what stays broken', async () => {
    const opened = open(5);
    await replace(keyFile(), second.key);
    await eventually(() => logs.problems().length > 0);
    expect(opened.lastError()).to.include({ code: 'key_mismatch' });
  });

  it('does not exchange a certificate that is valid for one that is not', async () => {
    const opened = open();
    await put(expired);
    opened.reload();
    expect(opened.current().cert).to.equal(first.cert);
    expect(opened.lastError()).to.include({ code: 'certificate_not_valid_now' });
  });

  it('starts with an expired certificate, warns, and takes the next', async () => {
    await put(expired);
    const opened = open();
    expect(logs.problems().map(({ message }) => message)).to.deep.equal([
      'TLS certificate in use is not valid now',
    ]);
    await put(second);
    opened.reload();
    expect(opened.current().cert).to.equal(second.cert);
  });

  it('writes no key into a log', async () => {
    const opened = open();
    await put(second);
    opened.reload();
    await writeFile(keyFile(), first.key.slice(0, 100));
    opened.reload();
    expect(JSON.stringify(logs.lines)).to.not.include(first.key.split('\n')[1]);
  });
});
