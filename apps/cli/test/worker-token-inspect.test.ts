import { expect } from 'chai';
import { THUMBPRINT } from './worker-token-certificate.js';
import {
  createKeyDirectory,
  goodClaims,
  inSeconds,
  type KeyDirectory,
  signedToken,
} from './worker-token-keys.js';

describe('stacyvm worker token inspect', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  before(() => {
    keys = createKeyDirectory();
    keys.file('stacyvm.yaml', 'auth: [\n');
  });
  after(() => keys.remove());

  it('shows the claims as JSON, unverified, and needs no key and no configuration', async () => {
    const token = signedToken(
      'k',
      goodClaims({ scopes: ['worker:exec'], iat: 1778320800, exp: 1778321100, nbf: 1778320815 }),
    );
    const result = await keys.token(['inspect', token]);
    expect(result).to.include({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).to.deep.equal({
      signature_verified: false,
      token_id: 'token-1',
      worker_id: 'worker-a',
      audience: 'worker:control-plane',
      scopes: ['worker:exec'],
      issued_at: '2026-05-09T10:00:00Z',
      not_before: '2026-05-09T10:00:15Z',
      expires_at: '2026-05-09T10:05:00Z',
    });
  });

  it('leaves out what the token does not say', async () => {
    const token = signedToken('k', { worker_id: 'worker-a', scopes: [], exp: 1778321100 });
    expect(JSON.parse((await keys.token(['inspect', token])).stdout)).to.deep.equal({
      signature_verified: false,
      worker_id: 'worker-a',
      expires_at: '2026-05-09T10:05:00Z',
    });
  });

  it('shows what the token is bound to', async () => {
    const token = signedToken('k', goodClaims({ cnf: { 'x5t#S256': THUMBPRINT } }));
    expect(JSON.parse((await keys.token(['inspect', token])).stdout)).to.include({
      certificate_thumbprint: THUMBPRINT,
    });
    const { stdout } = await keys.token(['inspect', token, '--format', 'text']);
    expect(stdout).to.include(`bound to    certificate ${THUMBPRINT} (cnf x5t#S256)`);
  });

  it('says for people that nothing is verified, and whether the token has expired', async () => {
    const live = await keys.token(['inspect', '-', '--format', 'text'], {
      input: `${signedToken('k', goodClaims())}\n`,
    });
    expect(live).to.include({ code: 0, stderr: '' });
    expect(live.stdout)
      .to.match(/^signature +unverified: anyone can have written this$/m)
      .and.match(/^worker +worker-a$/m)
      .and.match(/^not before +\(absent\)$/m)
      .and.match(/^expires at .* \(not expired by the local clock: in \d+ s\)$/m);
    const dead = signedToken('k', goodClaims({ exp: inSeconds(-600) }));
    const { stdout } = await keys.token(['inspect', dead, '--format', 'text']);
    expect(stdout).to.match(/\(expired by the local clock: 6\d\d s ago\)$/m);
  });

  for (const format of ['json', 'text']) {
    it(`prints no control character of a stranger as ${format}`, async () => {
      const token = signedToken('k', goodClaims({ aud: 'a\u001b[31m\u009b\u202e', scopes: ['b\u007f\n'] }));
      const { code, stdout } = await keys.token(['inspect', token, '--format', format]);
      expect(code).to.equal(0);
      expect(stdout)
        .to.match(/^[\n\x20-\x7e]*$/)
        .and.contain('a\\u001b[31m\\u009b\\u202e')
        .and.contain('b\\u007f\\n');
    });
  }

  const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
    ['another prefix', 'stacyvm-worker-v2.e30.x', /prefix/],
    ['two parts', 'stacyvm-worker-v1.e30', /three segments/],
    ['a payload that is no base64url', signedToken('k', '{}').replace('.e30.', '.e3*.'), /payload/],
    ['a payload that is no JSON', signedToken('k', '{'), /payload/],
    ['a claim of another type', signedToken('k', goodClaims({ worker_id: 7 })), /worker_id/],
  ];
  for (const [name, token, message] of refused) {
    it(`refuses ${name}, and does not repeat the token`, async () => {
      const result = await keys.token(['inspect', token]);
      expect(result).to.include({ code: 1, stdout: '' });
      expect(result.stderr).to.match(message).and.not.contain(token);
    });
  }

  it('refuses an empty and an endless standard input', async () => {
    const nothing = await keys.token(['inspect']);
    expect(nothing).to.include({ code: 1, stderr: 'stacyvm: there is no token on standard input\n' });
    const much = await keys.token(['inspect', '-'], { input: 'x'.repeat(100_000) });
    expect(much).to.include({ code: 1, stdout: '' });
    expect(much.stderr).to.contain('larger than 64 KiB');
  });
});
