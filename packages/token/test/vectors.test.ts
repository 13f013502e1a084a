import { expect } from 'chai';
import {
  CLOCK_SKEW_SECONDS,
  createKeyring,
  createWorkerTokenVerifier,
  DEFAULT_WORKER_SCOPES,
  deriveWorkerKey,
  type Keyring,
  MAX_TOKEN_LIFETIME_SECONDS,
  mintWorkerToken,
  type RevocationCheck,
  TOKEN_PREFIX,
  type VerifiedWorkerToken,
  verifyWorkerToken,
  WORKER_SCOPES,
  WORKER_TOKEN_ERROR_CODES,
  WorkerTokenError,
} from '../src/index.js';
import { type VerifyVector, workerTokenVectors as vectors } from './worker-token-vectors.js';

describe('worker token vectors', () => {
  it('are as many as their header counts', () => {
    const counts: Record<string, number> = {};
    for (const { category } of vectors.verify) counts[category] = (counts[category] ?? 0) + 1;
    expect(counts).to.deep.equal(vectors.header.counts.verify);
    expect(vectors.mint).to.have.length(vectors.header.counts.mint);
    expect(vectors.derive).to.have.length(vectors.header.counts.derive);
    expect([vectors.verify.length, vectors.mint.length, vectors.derive.length]).to.deep.equal([646, 12, 6]);
    const ids = [...vectors.verify, ...vectors.mint, ...vectors.derive].map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('name the same codes and constants as the package', () => {
    const codes = vectors.header.codes_in_order_of_checks.map(({ code }) => code);
    // Certificates are an extension, with vectors of its own.
    const ofTheFormat = WORKER_TOKEN_ERROR_CODES.filter((code) => !code.startsWith('certificate_'));
    expect(ofTheFormat).to.deep.equal([...new Set(codes)]);
    expect(vectors.header.constants).to.deep.include({
      prefix: TOKEN_PREFIX,
      clock_skew_seconds: CLOCK_SKEW_SECONDS,
      max_lifetime_seconds: MAX_TOKEN_LIFETIME_SECONDS,
      known_scopes: WORKER_SCOPES,
      default_scopes: DEFAULT_WORKER_SCOPES,
    });
  });

  describe('verify', () => {
    for (const vector of vectors.verify) {
      it(`${vector.id}: ${vector.why}`, () => {
        const outcome = outcomeOf(() =>
          verifyWorkerToken(vector.token, {
            keyring: keyringOf(vector),
            audience: vector.expected_audience,
            workerId: vector.expected_worker_id ?? undefined,
            profile: vector.profile,
            isRevoked: revocationOf(vector),
            now: vector.now * 1000,
          }),
        );
        expect(outcome).to.deep.equal(vector.expect);
      });
    }
  });

  describe('verify three times with a cache', () => {
    const readable = vectors.verify.filter(
      ({ expect: { ok, ...rest } }) => ok || !('code' in rest && rest.code === 'weak_key'),
    );
    it('covers every case whose keyring can be built', () => {
      expect(readable.length).to.be.greaterThan(600);
    });
    for (const vector of readable) {
      it(`${vector.id}: ${vector.why}`, () => {
        const verifier = createWorkerTokenVerifier({
          keyring: keyringOf(vector),
          audience: vector.expected_audience,
          profile: vector.profile,
          isRevoked: revocationOf(vector),
          clock: () => vector.now * 1000,
        });
        const expected = { workerId: vector.expected_worker_id ?? undefined };
        const outcomes = [1, 2, 3].map(() => outcomeOf(() => verifier.verify(vector.token, expected)));
        expect(outcomes).to.deep.equal([vector.expect, vector.expect, vector.expect]);
        expect(verifier.cachedTokens).to.equal(vector.expect.ok ? 1 : 0);
      });
    }
  });

  describe('mint', () => {
    for (const vector of vectors.mint) {
      it(`${vector.id}: ${vector.why}`, () => {
        const { worker_id, jti, aud, scopes, exp, iat, nbf } = vector.claims;
        const { token } = mintWorkerToken({
          key: vector.key,
          workerId: worker_id,
          audience: aud,
          ttlSeconds: exp - iat,
          scopes,
          tokenId: jti,
          notBefore: nbf === undefined ? undefined : new Date(nbf * 1000),
          now: iat * 1000,
        });
        expect(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')).to.equal(vector.payload_json);
        expect(token).to.equal(vector.token);
      });
    }
  });

  describe('derive', () => {
    for (const vector of vectors.derive) {
      it(`${vector.id}: ${vector.why}`, () => {
        expect(deriveWorkerKey(vector.master, vector.worker_id)).to.equal(vector.derived_key);
      });
    }
  });
});

function keyringOf({ keys, worker_key_scope }: VerifyVector): Keyring {
  return createKeyring({
    active: keys.active,
    verifyOnly: keys.verify_only,
    workerKeyScope: worker_key_scope,
  });
}

function revocationOf({ revoked }: VerifyVector): RevocationCheck {
  return ({ tokenId }) => tokenId !== undefined && revoked.includes(tokenId);
}

function outcomeOf(verify: () => VerifiedWorkerToken): VerifyVector['expect'] {
  try {
    const { workerId, tokenId, audience, scopes, keyRole } = verify();
    return {
      ok: true,
      worker_id: workerId,
      jti: tokenId ?? null,
      aud: audience ?? null,
      scopes,
      key: keyRole,
    };
  } catch (error) {
    if (error instanceof WorkerTokenError) return { ok: false, code: error.code };
    throw error;
  }
}
