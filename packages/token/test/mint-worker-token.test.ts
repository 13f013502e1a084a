import { expect } from 'chai';
import {
  createKeyring,
  type MintWorkerTokenOptions,
  mintWorkerToken,
  verifyWorkerToken,
} from '../src/index.js';
import { MASTER_KEY, NOW, refusal } from './token-fixture.js';

const options: MintWorkerTokenOptions = {
  key: MASTER_KEY,
  workerId: 'worker-a',
  audience: 'worker:control-plane',
  ttlSeconds: 300,
  tokenId: 'jti-1',
  now: NOW,
};

describe('mintWorkerToken', () => {
  it('returns what the token says', () => {
    const { token, claims } = mintWorkerToken({
      ...options,
      scopes: ['worker:lease'],
      notBefore: new Date(NOW + 10_000),
    });
    expect(payloadOf(token)).to.equal(
      '{"worker_id":"worker-a","jti":"jti-1","aud":"worker:control-plane","scopes":["worker:lease"],' +
        '"exp":1778321100,"iat":1778320800,"nbf":1778320810}',
    );
    expect(claims).to.deep.equal({
      workerId: 'worker-a',
      tokenId: 'jti-1',
      audience: 'worker:control-plane',
      scopes: ['worker:lease'],
      issuedAt: new Date(NOW),
      notBefore: new Date(NOW + 10_000),
      expiresAt: new Date(NOW + 300_000),
      certificateThumbprint: undefined,
    });
  });

  it('leaves out what is absent, an empty list included', () => {
    for (const scopes of [undefined, []]) {
      const { token, claims } = mintWorkerToken({ ...options, scopes });
      expect(payloadOf(token)).to.equal(
        '{"worker_id":"worker-a","jti":"jti-1","aud":"worker:control-plane","exp":1778321100,"iat":1778320800}',
      );
      expect(claims.scopes).to.equal(undefined);
      expect(claims.notBefore).to.equal(undefined);
    }
  });

  it('draws 16 bytes for the token id', () => {
    const sizes: number[] = [];
    const { claims } = mintWorkerToken({
      ...options,
      tokenId: undefined,
      randomBytes: (size) => {
        sizes.push(size);
        return new Uint8Array(size).fill(0xa7);
      },
    });
    expect(claims.tokenId).to.equal('a7'.repeat(16));
    expect(sizes).to.deep.equal([16]);
    expect(() =>
      mintWorkerToken({ ...options, tokenId: undefined, randomBytes: () => new Uint8Array(1) }),
    ).to.throw(TypeError);
  });

  it('never draws the same token id twice', () => {
    const ids = Array.from(
      { length: 1000 },
      () => mintWorkerToken({ ...options, tokenId: undefined }).claims.tokenId,
    );
    expect(new Set(ids).size).to.equal(1000);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{32}$/);
  });

  it('rounds the time of issue down and the earliest use up', () => {
    const { claims } = mintWorkerToken({ ...options, now: NOW + 999.9, notBefore: new Date(NOW + 1) });
    expect(claims.issuedAt).to.deep.equal(new Date(NOW));
    expect(claims.notBefore).to.deep.equal(new Date(NOW + 1000));
  });

  it('uses the system clock by default', () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { token, claims } = mintWorkerToken({ ...options, now: undefined });
    expect(claims.issuedAt.getTime()).to.be.within(before, Date.now());
    expect(() =>
      verifyWorkerToken(token, {
        keyring: createKeyring({ active: MASTER_KEY }),
        audience: 'worker:control-plane',
      }),
    ).not.to.throw();
  });

  const invalid: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ['an empty worker id', { workerId: '' }],
    ['white space around the worker id', { workerId: ' worker-a' }],
    ['a worker id that is no text', { workerId: ['worker-a'] }],
    ['an empty token id', { tokenId: '' }],
    ['a quotation mark in the token id', { tokenId: 'a"b' }],
    ['129 characters of token id', { tokenId: 'j'.repeat(129) }],
    ['an unknown audience', { audience: 'worker:other' }],
    ['no audience', { audience: undefined }],
    ['an unknown scope', { scopes: ['worker:lease', 'worker:*'] }],
    ['a scope twice', { scopes: ['worker:lease', 'worker:lease'] }],
    ['scopes as text', { scopes: 'worker:lease' }],
    ['a ttl of 0', { ttlSeconds: 0 }],
    ['a negative ttl', { ttlSeconds: -1 }],
    ['a fractional ttl', { ttlSeconds: 1.5 }],
    ['a ttl of 901 s', { ttlSeconds: 901 }],
    ['an infinite ttl', { ttlSeconds: Number.POSITIVE_INFINITY }],
    ['a ttl that is no number', { ttlSeconds: '300' }],
    ['no ttl', { ttlSeconds: undefined }],
    ['nbf at exp', { notBefore: new Date(NOW + 300_000) }],
    ['nbf rounded up to exp', { notBefore: new Date(NOW + 299_001) }],
    ['nbf before 1970', { notBefore: new Date(-5000) }],
    ['a time of issue before 1970', { now: -1 }],
    ['a time of issue beyond dates', { now: 1e16 }],
  ];
  for (const [why, change] of invalid) {
    it(`refuses ${why}`, () => {
      refusal(() => mintWorkerToken({ ...options, ...change }), 'invalid_claim');
    });
  }

  it('refuses a time that is none', () => {
    expect(() => mintWorkerToken({ ...options, now: Number.NaN })).to.throw(TypeError, 'valid Date');
    expect(() => mintWorkerToken({ ...options, notBefore: new Date(Number.NaN) })).to.throw(
      TypeError,
      'valid Date',
    );
  });

  it('checks the key first', () => {
    refusal(() => mintWorkerToken({ ...options, key: 'short', workerId: '' }), 'weak_key');
  });
});

function payloadOf(token: string): string {
  return Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8');
}
