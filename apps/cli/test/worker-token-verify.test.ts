import { deriveWorkerKey, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { CERTIFICATE, THUMBPRINT } from './worker-token-certificate.js';
import { CHECKS, type Check, detailOf } from './worker-token-checks.js';
import {
  createKeyDirectory,
  goodClaims,
  inSeconds,
  type KeyDirectory,
  signedToken,
} from './worker-token-keys.js';

describe('stacyvm worker token verify', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  beforeEach(() => {
    keys = createKeyDirectory();
  });
  afterEach(() => keys.remove());

  const good = (): string => signedToken(keys.key, goodClaims());
  const verify = async (args: readonly string[], options?: Parameters<KeyDirectory['token']>[1]) => {
    const result = await keys.token(['verify', '--format', 'json', ...args], options);
    return { ...result, document: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
  };

  it('says what an accepted token grants and which key signed it', async () => {
    const token = signedToken(
      keys.key,
      goodClaims({ scopes: ['worker:lease', 'worker:unknown'], nbf: inSeconds(0) }),
    );
    const args = [
      '--signing-key-file',
      'key',
      '--audience',
      'worker:control-plane',
      '--worker-id',
      'worker-a',
    ];
    const { code, stderr, document } = await verify([token, ...args]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(Object.keys(document)).to.deep.equal([
      'signature_verified',
      'token_id',
      'worker_id',
      'audience',
      'scopes',
      'issued_at',
      'not_before',
      'expires_at',
      'key_role',
      'key_fingerprint',
      'signing_key_fingerprint',
      'checks',
    ]);
    expect(document).to.deep.include({
      signature_verified: true,
      worker_id: 'worker-a',
      token_id: 'token-1',
      scopes: ['worker:lease'],
      key_role: 'active',
      key_fingerprint: keyFingerprint(keys.key),
      signing_key_fingerprint: keyFingerprint(keys.key),
    });
    expect(document.checks.map(({ check }: Check) => check)).to.deep.equal(CHECKS);
    expect(new Set(document.checks.map(({ verdict }: Check) => verdict))).to.deep.equal(new Set(['ok']));
  });

  it('compares what the token is bound to with a certificate, if it is given one', async () => {
    keys.file('client.crt', CERTIFICATE);
    const token = signedToken(keys.key, goodClaims({ cnf: { 'x5t#S256': THUMBPRINT } }));
    const certificateCheck = async (...args: readonly string[]) => {
      const { code, document } = await verify([token, '--signing-key-file', 'key', ...args]);
      expect(code).to.equal(0);
      expect(document.certificate_thumbprint).to.equal(THUMBPRINT);
      return document.checks.find(({ check }: Check) => check === 'certificate');
    };
    expect(await certificateCheck('--certificate', 'client.crt')).to.deep.equal({
      check: 'certificate',
      verdict: 'ok',
      detail: `bound to ${THUMBPRINT}, presented ${THUMBPRINT}`,
    });
    expect(await certificateCheck()).to.deep.equal({
      check: 'certificate',
      verdict: 'not_compared',
      detail: `bound to ${THUMBPRINT}`,
    });
  });

  it('prints a table for people, and leaves uncompared what nobody asked about', async () => {
    const { code, stdout } = await keys.token(['verify', good(), '--signing-key-file', 'key']);
    expect(code).to.equal(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).to.match(/^CHECK +VERDICT +DETAIL$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[0])).to.deep.equal(
      CHECKS.map((check) => check.replaceAll('_', ' ')),
    );
    expect(stdout)
      .to.match(new RegExp(`^signature +ok +active ${keyFingerprint(keys.key)}$`, 'm'))
      .and.match(/^audience +not compared +worker:control-plane$/m)
      .and.match(/^worker +not compared +worker-a$/m)
      .and.match(/^revocation +ok +token id token-1; revoked ids known: 0$/m);
  });

  it('takes any audience unless told which', async () => {
    const token = signedToken(keys.key, goodClaims({ aud: 'worker:rpc' }));
    const { code, document } = await verify([token, '--signing-key-file', 'key']);
    expect(code).to.equal(0);
    expect(document.scopes).to.include('worker:exec').and.not.include('worker:heartbeat');
  });

  for (const argument of [[], ['-']]) {
    it(`reads the token from standard input ${argument.length === 0 ? 'without an argument' : 'for -'}`, async () => {
      const result = await verify([...argument, '--signing-key-file', 'key'], { input: `${good()}\n` });
      expect(result.code, result.stderr).to.equal(0);
    });
  }

  describe('names the key', () => {
    it('that only verifies, of an accepted and of a refused token', async () => {
      const options = ['--signing-key-file', 'other', '--verification-key-file', 'key'];
      const accepted = await verify([good(), ...options]);
      expect(accepted.document).to.include({
        key_role: 'verify_only[0]',
        key_fingerprint: keyFingerprint(keys.key),
      });
      const expired = signedToken(keys.key, goodClaims({ iat: inSeconds(-60), exp: inSeconds(-1) }));
      const refused = await verify([expired, ...options]);
      expect(detailOf(refused.document.checks, 'signature')).to.equal(
        `verify_only[0] ${keyFingerprint(keys.key)}`,
      );
    });

    it('that is derived, by its master', async () => {
      const derived = deriveWorkerKey(keys.key, 'worker-a');
      const accepted = await verify([signedToken(derived, goodClaims()), '--signing-key-file', 'key']);
      expect(accepted.document).to.include({
        key_role: 'derived(active)',
        key_fingerprint: keyFingerprint(keys.key),
        signing_key_fingerprint: keyFingerprint(derived),
      });
      const revoked = await verify([
        ...[signedToken(derived, goodClaims()), '--signing-key-file', 'key'],
        ...['--worker-key-scope', 'derived', '--revoked-token-id', 'token-1'],
      ]);
      expect(revoked.document.code).to.equal('revoked');
      expect(detailOf(revoked.document.checks, 'signature')).to.equal(
        `derived(active) ${keyFingerprint(keys.key)}`,
      );
    });

    it('that signed but does not count', async () => {
      const { document } = await verify([
        good(),
        '--signing-key-file',
        'key',
        '--worker-key-scope',
        'derived',
      ]);
      expect(document).to.include({ code: 'bad_signature', signature_verified: false });
      expect(detailOf(document.checks, 'signature')).to.match(
        new RegExp(`^signed with active ${keyFingerprint(keys.key)}, which key scope derived`),
      );
    });

    it('that is the only one, a verification key', async () => {
      const { document } = await verify([good(), '--verification-key-file', 'key']);
      expect(document.key_role).to.equal('active');
    });
  });

  it('accepts what the compatible profile does', async () => {
    const token = signedToken(keys.key, { worker_id: 'worker-a', exp: inSeconds(60) });
    expect((await verify([token, '--signing-key-file', 'key'])).document.code).to.equal('missing_claim');
    const { document } = await verify([token, '--signing-key-file', 'key', '--profile', 'compatible']);
    expect(document).to.include({ signature_verified: true, worker_id: 'worker-a' });
    expect(document).not.to.have.any.keys('token_id', 'audience', 'issued_at');
  });

  describe('reads no further', () => {
    const cases: ReadonlyArray<readonly [string, readonly string[], 1 | 2, RegExp]> = [
      ['without any key', ['-'], 1, /there is no key to verify with/],
      ['without a token', ['-', '--signing-key-file', 'key'], 1, /no token on standard input/],
      [
        'when token and key share standard input',
        ['-', '--signing-key-file', '-'],
        2,
        /only one of the token and the keys/,
      ],
      ['when two keys do', ['x', '--signing-key-file', '-', '--verification-key-file=-'], 2, /only one/],
      [
        'when a key file is missing',
        ['x', '--verification-key-file', 'nowhere'],
        1,
        /nowhere cannot be read: ENOENT/,
      ],
      ['when a key file is empty', ['x', '--verification-key-file', 'empty'], 1, /is empty/],
      ['for an unknown audience', ['x', '--audience', 'all'], 2, /all/],
      ['for an unknown profile', ['x', '--profile', 'lax'], 2, /lax/],
    ];
    for (const [name, args, code, message] of cases) {
      it(name, async () => {
        const result = await verify(args);
        expect(result).to.include({ code, stdout: '' });
        expect(result.stderr).to.match(message);
      });
    }

    it('and never repeats a token or key that stands where it should not', async () => {
      const token = mintWorkerToken({
        ...{ key: keys.key, workerId: 'worker-a', audience: 'worker:rpc' as const, ttlSeconds: 60 },
      }).token;
      for (const key of [keys.key, `-epd${keys.key}`]) {
        const stray = await verify([token, token, key, '--signing-key-file', 'key']);
        expect(stray).to.include({ code: 2, stdout: '', stderr: 'stacyvm: there is an argument too many\n' });
      }
      const warned = await verify([token, '--verification-key', keys.key]);
      expect(warned).to.include({ code: 0 });
      expect(warned.stderr).to.match(/^stacyvm: warning: .*--verification-key-file\n$/);
      expect(warned.stdout + warned.stderr).not.to.contain(keys.key);
    });
  });
});
