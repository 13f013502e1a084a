import { keyFingerprint, WORKER_TOKEN_ERROR_CODES } from '@stacyvm/token';
import { expect } from 'chai';
import { CERTIFICATE, THUMBPRINT } from './worker-token-certificate.js';
import { CHECKS, type Check, detailOf } from './worker-token-checks.js';
import {
  createKeyDirectory,
  goodClaims,
  inSeconds,
  type KeyDirectory,
  runAhead,
  signedToken,
} from './worker-token-keys.js';

describe('stacyvm worker token verify refuses, with the code and the check,', function () {
  this.timeout(30_000);
  type Case = readonly [string, string, string, (key: string) => string, readonly string[]];
  const claims = (change: Readonly<Record<string, unknown>>) => (key: string) =>
    signedToken(key, goodClaims(change));
  const unchanged = claims({});
  const cases: readonly Case[] = [
    ['a key that is too short', 'weak_key', 'keys', unchanged, ['--signing-key-file', 'weak']],
    ['what is no token', 'malformed', 'format', () => 'nonsense', []],
    ['a token under another key', 'bad_signature', 'signature', unchanged, ['--signing-key-file', 'other']],
    ['a payload that is no JSON', 'malformed', 'claims', (key) => signedToken(key, '{'), []],
    ['a token without an id', 'missing_claim', 'claims', claims({ jti: undefined }), []],
    ['a time that is text', 'invalid_claim', 'claims', claims({ exp: 'tomorrow' }), []],
    [
      'an expired token',
      'expired',
      'not_expired',
      (key) => claims({ iat: inSeconds(-300), exp: inSeconds(-1) })(key),
      [],
    ],
    ['a token of later', 'not_yet_valid', 'not_before', (key) => claims({ nbf: inSeconds(100) })(key), []],
    [
      'a token of the future',
      'issued_in_future',
      'issued_at',
      (key) => claims({ iat: inSeconds(100) })(key),
      [],
    ],
    [
      'a token that lives too long',
      'lifetime_exceeded',
      'lifetime',
      (key) => claims({ exp: inSeconds(1000) })(key),
      [],
    ],
    ['a token for others', 'audience_mismatch', 'audience', unchanged, ['--audience', 'worker:rpc']],
    ['an audience nobody knows', 'audience_mismatch', 'audience', claims({ aud: 'worker:\u001b[2J' }), []],
    ['a token of another worker', 'worker_mismatch', 'worker', unchanged, ['--worker-id', 'worker-b']],
    [
      'a revoked token',
      'revoked',
      'revocation',
      unchanged,
      ['--revoked-token-id', 'x', '--revoked-token-id', 'token-1'],
    ],
    [
      'a token that is bound to another certificate',
      'certificate_mismatch',
      'certificate',
      claims({ cnf: { 'x5t#S256': THUMBPRINT.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) } }),
      ['--certificate', 'client.crt'],
    ],
    [
      'a token that is not bound where it must be',
      'certificate_required',
      'certificate',
      unchanged,
      ['--certificate', 'client.crt', '--config', 'required.yaml'],
    ],
    ['scopes nobody knows', 'no_valid_scopes', 'scopes', claims({ scopes: ['worker:all'] }), []],
  ];

  let directory: KeyDirectory;
  let resultOf: (testCase: Case) => ReturnType<typeof verifyCase>;
  const verifyCase = async ([, , , tokenUnder, args]: Case) => {
    const token = tokenUnder(directory.key);
    const keyOption = args.includes('--signing-key-file') ? [] : ['--signing-key-file', 'key'];
    const words = ['verify', token, '--format', 'json', ...keyOption, ...args];
    return { token, ...(await directory.token(words)) };
  };

  before(() => {
    directory = createKeyDirectory();
    directory.file('client.crt', CERTIFICATE);
    directory.file('required.yaml', 'auth: { worker_token_binding: required }\n');
    resultOf = runAhead(cases, verifyCase);
  });
  after(() => directory.remove());

  for (const testCase of cases) {
    const [name, code, check] = testCase;
    it(`${name}: ${code}`, async () => {
      const result = await resultOf(testCase);
      expect(result.code, result.stderr).to.equal(1);
      expect(result.stderr).to.match(new RegExp(`^stacyvm: token refused: ${code}: .+\\n$`));
      const document = JSON.parse(result.stdout);
      const failing = CHECKS.indexOf(check);
      expect(Object.keys(document)).to.deep.equal(['signature_verified', 'code', 'message', 'checks']);
      expect(document).to.include({ code, signature_verified: failing > 2 });
      expect(document.checks.map((entry: Check) => entry.check)).to.deep.equal(CHECKS);
      document.checks.forEach(({ verdict }: Check, index: number) => {
        if (index < failing) expect(verdict).to.be.oneOf(['ok', 'not_compared']);
        else expect(verdict).to.equal(index === failing ? 'refused' : 'not_reached');
      });
      if (failing > 2) {
        expect(detailOf(document.checks, 'signature')).to.equal(`active ${keyFingerprint(directory.key)}`);
      }
      expect(detailOf(document.checks, check)).not.to.equal('');
      expect(result.stdout + result.stderr)
        .to.match(/^[\n\x20-\x7e]*$/)
        .and.not.contain(result.token.length > 20 ? result.token : directory.key)
        .and.not.contain(directory.key);
    });
  }

  it('every code that there is', () => {
    expect(new Set(cases.map(([, code]) => code))).to.deep.equal(new Set(WORKER_TOKEN_ERROR_CODES));
  });

  it('in a table for people, too', async () => {
    const result = await directory.token([
      'verify',
      signedToken(directory.key, goodClaims()),
      '--signing-key-file',
      'key',
      '--worker-id',
      'worker-b',
    ]);
    expect(result).to.include({
      code: 1,
      stderr: 'stacyvm: token refused: worker_mismatch: the worker token belongs to another worker\n',
    });
    expect(result.stdout)
      .to.match(/^worker +refused +worker-a, expected worker-b$/m)
      .and.match(/^revocation +not reached$/m);
  });
});
