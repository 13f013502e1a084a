import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';
import { issue } from '../doctor/certificates.js';

describe('stacyvm tls init', function () {
  this.timeout(20_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tls-init-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const init = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['tls', 'init', '--dir', 'tls', ...args], { cwd: directory });
  const at = (name: string): string => join(directory, 'tls', name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');
  const names = (file: string): readonly string[] =>
    (new X509Certificate(text(file)).subjectAltName ?? '').split(', ').sort();
  const daysOf = (file: string): number =>
    (Date.parse(new X509Certificate(text(file)).validTo) - Date.now()) / 86_400_000;
  const contents = (): Readonly<Record<string, string>> =>
    Object.fromEntries(readdirSync(join(directory, 'tls')).map((file) => [file, text(file)]));

  /** What the openssl command says, which is strict about the form of certificates. */
  const verify = (file: string, purpose: 'sslserver' | 'sslclient'): string =>
    execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', at('ca.crt'), at(file)],
      { encoding: 'utf8', stdio: 'pipe' },
    ).trim();

  describe('in a new directory', () => {
    it('makes a CA and certificates that OpenSSL takes as servers and as clients', async () => {
      const { code, stderr } = await init(
        '--worker',
        'a',
        '--worker',
        'B.2',
        '--control-plane-name',
        'CP.lan',
      );
      expect(code, stderr).to.equal(0);
      for (const holder of ['control-plane', 'worker-a', 'worker-B.2']) {
        expect(verify(`${holder}.crt`, 'sslserver')).to.equal(`${at(holder)}.crt: OK`);
        expect(verify(`${holder}.crt`, 'sslclient')).to.equal(`${at(holder)}.crt: OK`);
      }
      expect(names('control-plane.crt')).to.deep.equal([
        'DNS:cp.lan',
        'DNS:localhost',
        'IP Address:127.0.0.1',
        'URI:spiffe://stacyvm.test/control-plane',
      ]);
      expect(names('worker-B.2.crt')).to.deep.equal([
        'DNS:B.2',
        'DNS:localhost',
        'IP Address:127.0.0.1',
        'URI:spiffe://stacyvm.test/worker/B.2',
      ]);
    });

    it('marks the CA as one for tests, in its subject and in what it prints', async () => {
      const { stdout, stderr } = await init('--worker', 'a');
      const { subject, issuer } = new X509Certificate(text('worker-a.crt'));
      expect(subject).to.include('TEST ONLY');
      expect(issuer).to.include('StacyVM test CA (NOT FOR PRODUCTION)');
      expect(stderr).to.match(/TEST authority.*not for production/);
      expect(stdout).to.match(/^# .*not for production/);
    });

    it('keeps keys for their owner alone, and prints none', async () => {
      const { stdout, stderr } = await init('--worker', 'a');
      for (const name of ['ca.key', 'control-plane.key', 'worker-a.key']) {
        expect(statSync(at(name)).mode & 0o777, name).to.equal(0o600);
        expect(stdout + stderr).not.to.include(text(name).split('\n')[1]);
      }
      expect(statSync(join(directory, 'tls')).mode & 0o777).to.equal(0o700);
    });

    it('makes certificates for 30 days, or for as many as it is told, and a CA for a year', async () => {
      await init('--worker', 'a');
      expect(daysOf('worker-a.crt')).to.be.closeTo(30, 0.01);
      await init('--worker', 'a', '--force', '--days', '90');
      expect(daysOf('worker-a.crt')).to.be.closeTo(90, 0.01);
      expect(daysOf('ca.crt')).to.be.closeTo(365, 0.01);
    });
  });

  it('prints settings with which both programs would start', async () => {
    const { stdout } = await init('--worker', 'a', '--worker', 'b', '--control-plane-name', '10.0.0.1');
    writeFileSync(join(directory, 'stacyvm.yaml'), stdout, { mode: 0o600 });
    for (const program of ['control-plane', 'worker']) {
      const { code, stderr } = await runCommand(
        ['config', 'validate', '--config', 'stacyvm.yaml', '--program', program],
        { cwd: directory },
      );
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    }
    const rules = ['tls.certificate_files', 'tls.key_match', 'tls.names', 'tls.usage', 'tls.authority'];
    const lint = await runCommand(
      ['config', 'lint', '--config', 'stacyvm.yaml', '--production', ...rules.flatMap((r) => ['--rule', r])],
      { cwd: directory },
    );
    expect(lint.stdout).to.include(`${rules.length} passed, 0 warned, 0 failed`);
    expect(stdout).to.include('control_plane_url: https://10.0.0.1:7423');
    expect(stdout).to.include('#   STACYVM_WORKER_ID=b');
  });

  describe('in a directory with its CA', () => {
    it('adds what is missing, and keeps the rest as it is', async () => {
      await init('--worker', 'a');
      const before = contents();
      const { code, stderr } = await init('--worker', 'a', '--add-worker', 'b');
      expect(code).to.equal(0);
      expect(stderr)
        .to.include('worker-b.crt, worker-b.key\n')
        .and.include(
          'kept: ca.crt, ca.key, control-plane.crt, control-plane.key, worker-a.crt, worker-a.key',
        );
      expect(contents()).to.deep.include(before);
      expect(verify('worker-b.crt', 'sslserver')).to.match(/OK$/);
    });

    it('makes everything anew with --force', async () => {
      await init('--worker', 'a');
      const before = contents();
      expect((await init('--worker', 'a', '--force')).code).to.equal(0);
      const now = contents();
      expect(Object.keys(now)).to.deep.equal(Object.keys(before));
      for (const [name, was] of Object.entries(before)) expect(now[name], name).not.to.equal(was);
      expect(verify('worker-a.crt', 'sslserver')).to.match(/OK$/);
    });
  });

  describe('where something does not fit', () => {
    beforeEach(() => init('--worker', 'a'));

    const unchanged = async (message: RegExp, ...args: readonly string[]): Promise<void> => {
      const before = contents();
      const { code, stdout, stderr } = await init(...args);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(message);
      expect(contents()).to.deep.equal(before);
    };

    it('refuses a key without its certificate', async () => {
      rmSync(at('worker-a.crt'));
      await unchanged(
        /worker-a\.key exists without worker-a\.crt; --force/,
        '--worker',
        'a',
        '--worker',
        'b',
      );
    });

    it('refuses a CA without its key', async () => {
      rmSync(at('ca.key'));
      await unchanged(/ca\.crt exists without ca\.key/, '--worker', 'b');
    });

    it('refuses a certificate without a name that is asked for', async () => {
      await unchanged(
        /control-plane\.crt lacks the name DNS:cp\.lan; remove it and its key/,
        ...['--worker', 'b', '--control-plane-name', 'cp.lan'],
      );
    });

    it('refuses a certificate of another authority', async () => {
      const foreign = issue(directory, 'foreign', { names: 'DNS:a' });
      writeFileSync(at('worker-a.crt'), readFileSync(foreign.cert));
      writeFileSync(at('worker-a.key'), readFileSync(foreign.key));
      await unchanged(/worker-a\.crt is not of the authority in that directory/, '--worker', 'a');
    });

    it('refuses to issue by a CA that it has not made', async () => {
      const real = issue(directory, 'Real CA', { authority: true });
      writeFileSync(at('ca.crt'), readFileSync(real.cert));
      writeFileSync(at('ca.key'), readFileSync(real.key));
      await unchanged(/ca\.crt is not a test CA of stacyvm tls init/, '--worker', 'b');
    });

    it('refuses a key that is not that of the certificate', async () => {
      writeFileSync(at('worker-a.key'), text('control-plane.key'));
      await unchanged(/worker-a\.crt does not belong to its key/, '--worker', 'a');
    });

    it('refuses a new CA that leaves a worker behind', async () => {
      await unchanged(/would not vouch for: worker-a; name their workers too/, '--worker', 'b', '--force');
    });
  });

  for (const [what, args, message] of [
    ['no worker', [], /worker/],
    ['an id that is none', ['--worker', 'a/b'], /--worker takes a worker id/],
    ['a worker that is called as every host is', ['--worker', 'localhost'], /name of the control plane/],
    [
      'a worker that is called as the control plane is',
      ['--worker', 'CP', '--control-plane-name', 'cp'],
      /name of the control plane/,
    ],
    ['a pattern as a name', ['--worker', 'a', '--control-plane-name', '*.lan'], /takes a DNS name/],
    ['half an address as a name', ['--worker', 'a', '--control-plane-name', '10.0.1'], /takes a DNS name/],
    ['0 days', ['--worker', 'a', '--days', '0'], /--days takes a whole number/],
    ['more than a year', ['--worker', 'a', '--days', '366'], /--days takes a whole number/],
    ['days that are no number', ['--worker', 'a', '--days', 'ten'], /--days must be a number/],
  ] as const) {
    it(`refuses ${what} as wrong use, and makes no directory`, async () => {
      const { code, stderr } = await init(...args);
      expect(code).to.equal(2);
      expect(stderr).to.match(message);
      expect(readdirSync(directory)).to.deep.equal([]);
    });
  }
});
