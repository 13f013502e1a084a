import { expect } from 'chai';
import {
  createKeyring,
  createWorkerTokenVerifier,
  keyFingerprint,
  mintWorkerToken,
  type RevocationQuery,
  type WorkerTokenVerifierOptions,
} from '../src/index.js';
import { FOREIGN_KEY, MASTER_KEY, NOW, PREVIOUS_KEY, refusal, signPayload } from './token-fixture.js';

const mint = (change: { key?: string; workerId?: string; tokenId?: string; notBefore?: Date } = {}) =>
  mintWorkerToken({
    key: MASTER_KEY,
    workerId: 'worker-a',
    audience: 'worker:control-plane',
    ttlSeconds: 300,
    now: NOW,
    ...change,
  }).token;

function setUp(change: Partial<WorkerTokenVerifierOptions> = {}) {
  const state = { now: NOW, revoked: new Set<string>(), queries: 0 };
  const verifier = createWorkerTokenVerifier({
    keyring: createKeyring({ active: MASTER_KEY, verifyOnly: [PREVIOUS_KEY] }),
    audience: 'worker:control-plane',
    clock: () => state.now,
    isRevoked: ({ tokenId, workerId, keyFingerprint: fingerprint }: RevocationQuery) => {
      state.queries += 1;
      return [tokenId, workerId, fingerprint].some((name) => name !== undefined && state.revoked.has(name));
    },
    ...change,
  });
  return { verifier, state };
}

describe('createWorkerTokenVerifier', () => {
  it('shows its audience and keyring', () => {
    const { verifier } = setUp();
    expect(verifier.audience).to.equal('worker:control-plane');
    expect(verifier.keyring.fingerprints.active).to.equal(keyFingerprint(MASTER_KEY));
  });

  it('gives the same answer from the cache, in an object of its own', () => {
    const { verifier } = setUp();
    const token = mint();
    const first = verifier.verify(token, { workerId: 'worker-a' });
    const second = verifier.verify(token);
    expect(second).to.deep.equal(first);
    expect(second).not.to.equal(first);
    first.expiresAt.setTime(0);
    expect(verifier.verify(token).expiresAt).to.deep.equal(new Date(NOW + 300_000));
    expect(verifier.cachedTokens).to.equal(1);
  });

  it('knows a token again whatever white space is around it', () => {
    const { verifier } = setUp();
    const token = mint();
    verifier.verify(token);
    verifier.verify(`  ${token}\r\n`);
    expect(verifier.cachedTokens).to.equal(1);
  });

  describe('when a remembered token is used again', () => {
    it('throws expired from exp on, and forgets it', () => {
      const { verifier, state } = setUp();
      const token = mint();
      verifier.verify(token);
      state.now = NOW + 299_999;
      verifier.verify(token);
      state.now = NOW + 300_000;
      refusal(() => verifier.verify(token), 'expired');
      expect(verifier.cachedTokens).to.equal(0);
    });

    it('throws not_yet_valid or issued_in_future when the clock was set back', () => {
      const { verifier, state } = setUp();
      const token = mint({ notBefore: new Date(NOW + 20_000) });
      verifier.verify(token);
      state.now = NOW - 10_001;
      refusal(() => verifier.verify(token), 'not_yet_valid');
      state.now = NOW;
      const other = mint();
      verifier.verify(other);
      state.now = NOW - 30_001;
      refusal(() => verifier.verify(other), 'issued_in_future');
    });

    it('throws revoked as soon as its id, its worker or its key is revoked', () => {
      for (const name of ['jti-1', 'worker-a', keyFingerprint(MASTER_KEY)]) {
        const { verifier, state } = setUp();
        const token = mint({ tokenId: 'jti-1' });
        verifier.verify(token);
        state.revoked.add(name);
        refusal(() => verifier.verify(token), 'revoked');
        state.revoked.delete(name);
        expect(verifier.verify(token).tokenId).to.equal('jti-1');
        expect(state.queries).to.equal(3);
      }
    });

    it('throws worker_mismatch for another worker, and keeps it for its own', () => {
      const { verifier } = setUp();
      const token = mint();
      verifier.verify(token, { workerId: 'worker-a' });
      refusal(() => verifier.verify(token, { workerId: 'worker-b' }), 'worker_mismatch');
      refusal(() => verifier.verify(token, { workerId: '' }), 'worker_mismatch');
      expect(verifier.cachedTokens).to.equal(1);
    });

    it('needs the whole token: one with another signature is another token', () => {
      const { verifier } = setUp();
      const token = mint();
      verifier.verify(token);
      refusal(() => verifier.verify(`${token.slice(0, -43)}${'A'.repeat(43)}`), 'bad_signature');
    });
  });

  it('remembers nothing that it refused', () => {
    const { verifier, state } = setUp();
    state.revoked.add('jti-revoked');
    refusal(() => verifier.verify(mint({ key: FOREIGN_KEY })), 'bad_signature');
    refusal(() => verifier.verify(mint({ tokenId: 'jti-revoked' })), 'revoked');
    refusal(() => verifier.verify(signPayload('{}')), 'missing_claim');
    refusal(() => verifier.verify('nonsense'), 'malformed');
    refusal(() => verifier.verify(mint(), { workerId: 'worker-b' }), 'worker_mismatch');
    expect(verifier.cachedTokens).to.equal(0);
  });

  it('forgets the token unused for longest when it is full', () => {
    const { verifier } = setUp({ cacheSize: 2 });
    const tokens = ['a', 'b', 'c', 'd'].map((workerId) => mint({ workerId }));
    for (const token of tokens) verifier.verify(token);
    expect(verifier.cachedTokens).to.equal(2);
    for (const token of tokens) expect(verifier.verify(token).audience).to.equal('worker:control-plane');
    expect(verifier.cachedTokens).to.equal(2);
  });

  it('works without a cache', () => {
    const { verifier } = setUp({ cacheSize: 0 });
    const token = mint();
    expect(verifier.verify(token)).to.deep.equal(verifier.verify(token));
    expect(verifier.cachedTokens).to.equal(0);
  });

  it('does not share its verdicts with a verifier of other keys', () => {
    const compromised = setUp().verifier;
    const token = mint();
    compromised.verify(token);
    const { verifier } = setUp({ keyring: createKeyring({ active: PREVIOUS_KEY }) });
    refusal(() => verifier.verify(token), 'bad_signature');
  });

  it('reads the system clock by default', () => {
    const { verifier } = setUp({ clock: undefined });
    refusal(() => verifier.verify(mint()), 'expired');
    const options = {
      key: MASTER_KEY,
      workerId: 'a',
      audience: 'worker:control-plane',
      ttlSeconds: 60,
    } as const;
    expect(verifier.verify(mintWorkerToken(options).token).workerId).to.equal('a');
  });

  it('fails for a clock that tells no time', () => {
    const { verifier, state } = setUp();
    const token = mint();
    verifier.verify(token);
    state.now = Number.NaN;
    expect(() => verifier.verify(token)).to.throw(TypeError);
  });

  const wrong: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ['keyring', { keyring: {} }],
    ['audience', { audience: 'worker' }],
    ['profile', { profile: '' }],
    ['cacheSize', { cacheSize: -1 }],
  ];
  for (const [name, change] of wrong) {
    it(`throws TypeError at once for a wrong ${name}`, () => {
      expect(() => setUp(change)).to.throw(TypeError);
    });
  }
});
