import { expect } from 'chai';
import fc from 'fast-check';
import {
  createKeyring,
  DEFAULT_WORKER_SCOPES,
  deriveWorkerKey,
  keyFingerprint,
  mintWorkerToken,
  type RevocationQuery,
  verifyWorkerToken,
  WORKER_AUDIENCES,
  WORKER_SCOPES,
  WorkerTokenError,
} from '../src/index.js';
import { FOREIGN_KEY, MASTER_KEY, NOW, PREVIOUS_KEY, refusal, signPayload } from './token-fixture.js';

const keyring = createKeyring({ active: MASTER_KEY, verifyOnly: [PREVIOUS_KEY] });
const options = { keyring, audience: 'worker:control-plane', now: NOW } as const;
const mintOptions = {
  key: MASTER_KEY,
  workerId: 'worker-a',
  audience: 'worker:control-plane',
  ttlSeconds: 300,
  now: NOW,
} as const;

const minted = fc.record({
  key: fc.constantFrom(
    'active' as const,
    'verify_only[0]' as const,
    'derived(active)' as const,
    'derived(verify_only[0])' as const,
  ),
  workerId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  audience: fc.constantFrom(...WORKER_AUDIENCES),
  ttlSeconds: fc.integer({ min: 31, max: 900 }),
  scopes: fc.option(fc.uniqueArray(fc.constantFrom(...WORKER_SCOPES)), { nil: undefined }),
  tokenId: fc.option(fc.stringMatching(/^[!#-[\]-~]{1,128}$/), { nil: undefined }),
  notBefore: fc.option(
    fc.integer({ min: -1000, max: 30 }).map((seconds) => new Date(NOW + seconds * 1000)),
    { nil: undefined },
  ),
});

describe('verifyWorkerToken', () => {
  it('gives back what was minted, with any key that counts', () => {
    fc.assert(
      fc.property(minted, ({ key: keyRole, ...claims }) => {
        const listed = keyRole.includes('active') ? MASTER_KEY : PREVIOUS_KEY;
        const key = keyRole.startsWith('derived') ? deriveWorkerKey(listed, claims.workerId) : listed;
        const mint = mintWorkerToken({ ...claims, key, now: NOW });
        const { audience, workerId } = claims;
        expect(verifyWorkerToken(mint.token, { keyring, audience, workerId, now: NOW })).to.deep.equal({
          ...mint.claims,
          scopes: mint.claims.scopes ?? DEFAULT_WORKER_SCOPES[audience],
          keyFingerprint: keyFingerprint(listed),
          signingKeyFingerprint: keyFingerprint(key),
          keyRole,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses every change of one bit and of one character', () => {
    const { token } = mintWorkerToken({ ...mintOptions, scopes: ['worker:lease'] });
    const { token: derivedToken } = mintWorkerToken({
      ...mintOptions,
      key: deriveWorkerKey(MASTER_KEY, 'worker-a'),
    });
    for (const original of [token, derivedToken]) {
      expect(verifyWorkerToken(original, options).workerId).to.equal('worker-a');
      for (let at = 0; at < original.length; at += 1) {
        const before = original.slice(0, at);
        const after = original.slice(at + 1);
        for (let bit = 1; bit <= 0x8000; bit *= 2) {
          const changed = String.fromCharCode(original.charCodeAt(at) ^ bit);
          refusal(() => verifyWorkerToken(before + changed + after, options));
        }
        refusal(() => verifyWorkerToken(before + after, options));
        refusal(() => verifyWorkerToken(`${before}A${original.slice(at)}`, options));
      }
    }
  });

  it('refuses every bit changed in the payload, signed by a stranger or not at all', () => {
    const { token } = mintWorkerToken(mintOptions);
    const payload = Buffer.from(token.split('.')[1]!, 'base64url');
    const signature = token.split('.')[2]!;
    for (let bit = 0; bit < payload.length * 8; bit += 1) {
      const changed = Buffer.from(payload);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      refusal(
        () => verifyWorkerToken(`stacyvm-worker-v1.${changed.toString('base64url')}.${signature}`, options),
        'bad_signature',
      );
      refusal(() => verifyWorkerToken(signPayload(changed, FOREIGN_KEY), options), 'bad_signature');
    }
  });

  it('throws nothing but WorkerTokenError for any signed JSON', () => {
    const claimName = fc.constantFrom(
      'worker_id',
      'jti',
      'aud',
      'scopes',
      'exp',
      'iat',
      'nbf',
      '__proto__',
      'x',
    );
    const claim = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('worker-a', 'worker:rpc', 'worker:control-plane', ['worker:lease'], null),
      fc.integer({ min: NOW / 1000 - 1000, max: NOW / 1000 + 1000 }),
    );
    const payload = fc.oneof(
      fc.json({ stringUnit: 'binary' }),
      fc.array(fc.tuple(claimName, claim), { maxLength: 9 }).map((members) => {
        const text = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        return `{${text.join(',')}}`;
      }),
      fc.string({ unit: 'binary' }),
    );
    const codes = new Set<string>();
    fc.assert(
      fc.property(payload, fc.constantFrom('strict' as const, 'compatible' as const), (json, profile) => {
        try {
          verifyWorkerToken(signPayload(json), { ...options, profile });
        } catch (error) {
          if (!(error instanceof WorkerTokenError)) throw error;
          codes.add(error.code);
        }
      }),
      { numRuns: 5000 },
    );
    expect([...codes]).to.include.members(['malformed', 'missing_claim', 'invalid_claim']);
  });

  it('throws nothing but WorkerTokenError for a token that is no text', () => {
    for (const value of [undefined, null, 7, {}, ['stacyvm-worker-v1'], Buffer.from('token')]) {
      refusal(() => verifyWorkerToken(value as never, options), 'malformed');
    }
  });

  describe('when the time is near a limit', () => {
    const at = (offsetMs: number) => ({ ...options, now: NOW + offsetMs });
    const { token } = mintWorkerToken({ ...mintOptions, notBefore: new Date(NOW + 40_000) });

    it('takes a Date as well as milliseconds', () => {
      expect(verifyWorkerToken(token, { ...options, now: new Date(NOW + 50_000) }).workerId).to.equal(
        'worker-a',
      );
    });
    it('throws expired from exp on, to the millisecond', () => {
      expect(verifyWorkerToken(token, at(299_999.5)).workerId).to.equal('worker-a');
      refusal(() => verifyWorkerToken(token, at(300_000)), 'expired');
    });
    it('throws not_yet_valid until 30 s before nbf, to the millisecond', () => {
      refusal(() => verifyWorkerToken(token, at(9_999.5)), 'not_yet_valid');
      expect(verifyWorkerToken(token, at(10_000)).workerId).to.equal('worker-a');
    });
    it('throws issued_in_future until 30 s before iat, to the millisecond', () => {
      const { token: early } = mintWorkerToken(mintOptions);
      refusal(() => verifyWorkerToken(early, at(-30_000.5)), 'issued_in_future');
      expect(verifyWorkerToken(early, at(-30_000)).workerId).to.equal('worker-a');
    });
  });

  describe('when tokens can be revoked', () => {
    it('asks with all that a revocation can name', () => {
      const queries: RevocationQuery[] = [];
      const key = deriveWorkerKey(PREVIOUS_KEY, 'worker-a');
      const { token } = mintWorkerToken({ ...mintOptions, key, tokenId: 'jti-1' });
      const isRevoked = (query: RevocationQuery) => queries.push(query) === 0;
      verifyWorkerToken(token, { ...options, isRevoked });
      verifyWorkerToken(signPayload('{"worker_id":"worker-b","exp":1778320900}'), {
        ...options,
        profile: 'compatible',
        isRevoked,
      });
      expect(queries).to.deep.equal([
        {
          tokenId: 'jti-1',
          workerId: 'worker-a',
          issuedAt: new Date(NOW),
          keyFingerprint: keyFingerprint(PREVIOUS_KEY),
          signingKeyFingerprint: keyFingerprint(key),
        },
        {
          tokenId: undefined,
          workerId: 'worker-b',
          issuedAt: undefined,
          keyFingerprint: keyFingerprint(MASTER_KEY),
          signingKeyFingerprint: keyFingerprint(MASTER_KEY),
        },
      ]);
    });

    it('refuses every answer but false', () => {
      const { token } = mintWorkerToken(mintOptions);
      for (const answer of [true, undefined, null, 0, '', Promise.resolve(false)]) {
        refusal(() => verifyWorkerToken(token, { ...options, isRevoked: () => answer as never }), 'revoked');
      }
    });

    it('passes on what the answer throws', () => {
      const { token } = mintWorkerToken(mintOptions);
      const isRevoked = () => {
        throw new RangeError('the revocation list is unknown');
      };
      expect(() => verifyWorkerToken(token, { ...options, isRevoked })).to.throw(RangeError);
    });
  });

  describe('when an option is not what its type says', () => {
    const { token } = mintWorkerToken(mintOptions);
    const wrong: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
      ['now', { now: Number.NaN }],
      ['now', { now: new Date(Number.NaN) }],
      ['now', { now: Number.POSITIVE_INFINITY }],
      ['audience', { audience: '' }],
      ['audience', { audience: undefined }],
      ['audience', { audience: 'constructor' }],
      ['profile', { profile: 'lenient' }],
      ['profile', { profile: '__proto__' }],
    ];
    for (const [name, change] of wrong) {
      it(`throws TypeError for ${name} ${String(Object.values(change)[0])}`, () => {
        expect(() => verifyWorkerToken(token, { ...options, ...change })).to.throw(TypeError);
        expect(() => verifyWorkerToken('no token', { ...options, ...change })).to.throw(TypeError);
      });
    }
    it('admits no worker for a worker id of null', () => {
      refusal(() => verifyWorkerToken(token, { ...options, workerId: null as never }), 'worker_mismatch');
    });
  });
});
