import { createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto';
import { expect } from 'chai';
import { importJwk, UnusableKeyError } from '../../src/jose/verification-key.js';
import { base64url, keys } from '../signing-fixture.js';

const rsa = keys.rsa.jwk;
const ec = keys.p256.jwk;
const okp = keys.ed25519.jwk;
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

describe('importJwk', () => {
  const accepted: ReadonlyArray<readonly [string, JsonWebKey, readonly string[]]> = [
    ['an RSA key', rsa, ['RS256', 'PS256']],
    ['an RSA key that is bound to PS256', { ...rsa, alg: 'PS256' }, ['PS256']],
    ['a P-256 key', ec, ['ES256']],
    ['a P-384 key', keys.p384.jwk, ['ES384']],
    ['a P-521 key', keys.p521.jwk, ['ES512']],
    ['an Ed25519 key', okp, ['EdDSA']],
    ['a key for signatures', { ...ec, use: 'sig' }, ['ES256']],
    ['a key for verification', { ...ec, key_ops: ['verify'] }, ['ES256']],
    [
      'the exponent 3',
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({
        format: 'jwk',
      }),
      ['RS256', 'PS256'],
    ],
    [
      'an RSA key of 3072 bits',
      generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey.export({ format: 'jwk' }),
      ['RS256', 'PS256'],
    ],
    ['members that it does not know', { ...ec, x5t: 'abc', ext: true }, ['ES256']],
  ];
  for (const [name, jwk, algorithms] of accepted) {
    it(`takes ${name} for ${algorithms.join(' and ')}`, () => {
      expect(importJwk(jwk).algorithms).to.deep.equal(algorithms);
    });
  }

  it('keeps nothing of a key but its public members', () => {
    expect(importJwk({ ...ec, kid: 'a', use: 'sig', x5c: ['AA'] }).material).to.deep.equal(ec);
  });

  it('refuses the key for which Node takes one signature for every message', () => {
    const identity = base64url(Buffer.from(SMALL_ORDER[1] ?? '', 'hex'));
    const key = createPublicKey({ key: { ...okp, x: identity }, format: 'jwk' });
    const signature = Buffer.concat([Buffer.from(SMALL_ORDER[1] ?? '', 'hex'), Buffer.alloc(32)]);
    expect(verify(null, Buffer.from('anything'), key, signature)).to.equal(true);
    expect(() => importJwk({ ...okp, x: identity })).to.throw(UnusableKeyError, /small order/);
  });

  it('takes a key with the certificate that it came from, of which nothing counts', () => {
    expect(importJwk({ ...rsa, x5c: ['not even a certificate'], x5t: 'x' }).algorithms).to.include('RS256');
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const almost = Buffer.from(rsa.n ?? '', 'base64url');
  almost[0] = 0x7f;
  const even = Buffer.from(rsa.n ?? '', 'base64url');
  even[even.length - 1]! &= 0xfe;
  const refused: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ['a text', 'key', /no object/],
    ['null', null, /no object/],
    ['a list', [ec], /no object/],
    ['no kty', { ...ec, kty: undefined }, /kty/],
    ['a kty in another case', { ...ec, kty: 'ec' }, /kty/],
    ['a secret key (oct)', { kty: 'oct', k: base64url(Buffer.alloc(32, 1)) }, /private or secret/],
    ['a secret key without its secret', { kty: 'oct' }, /kty/],
    ['a curve of another kind: secp256k1', { ...ec, crv: 'secp256k1' }, /crv/],
    ['a curve that does not sign: X25519', { ...okp, crv: 'X25519' }, /crv/],
    ['Ed448', { ...okp, crv: 'Ed448' }, /crv/],
    ['a kid that is no text', { ...ec, kid: 7 }, /kid/],
    ['use enc', { ...rsa, use: 'enc' }, /use/],
    ['a use that is null', { ...rsa, use: null }, /use/],
    ['key_ops without verify', { ...rsa, key_ops: ['sign', 'encrypt'] }, /key_ops/],
    ['key_ops that are empty', { ...rsa, key_ops: [] }, /key_ops/],
    ['key_ops that are a text', { ...rsa, key_ops: 'verify' }, /key_ops/],
    ['an alg of another family', { ...ec, alg: 'RS256' }, /alg/],
    ['an alg of another curve', { ...ec, alg: 'ES384' }, /alg/],
    ['an alg out of the profile', { ...rsa, alg: 'RS512' }, /alg/],
    ['alg HS256 on an RSA key', { ...rsa, alg: 'HS256' }, /alg/],
    ['alg none', { ...rsa, alg: 'none' }, /alg/],
    ['an alg that is null', { ...rsa, alg: null }, /alg/],
    ['an encryption alg', { ...rsa, alg: 'RSA-OAEP' }, /alg/],
    ['a private RSA key', keys.rsa.privateKey.export({ format: 'jwk' }), /private or secret/],
    ['a private EC key', keys.p256.privateKey.export({ format: 'jwk' }), /private or secret/],
    ['a private Ed25519 key', keys.ed25519.privateKey.export({ format: 'jwk' }), /private or secret/],
    ['an RSA key of 1024 bits', weak, /less than 2048/],
    ['an RSA key of 2047 bits', { ...rsa, n: base64url(almost) }, /less than 2048/],
    ['an RSA key beyond 16384 bits', { ...rsa, n: base64url(Buffer.alloc(2049, 0xff)) }, /more than 16384/],
    ['a modulus that 3 divides', { ...rsa, n: base64url(multipleOf(3n)) }, /small prime/],
    ['a modulus that 751 divides', { ...rsa, n: base64url(multipleOf(751n)) }, /small prime/],
    ['an even modulus', { ...rsa, n: base64url(even) }, /even/],
    [
      'a modulus with a zero before it',
      { ...rsa, n: base64url(Buffer.concat([Buffer.alloc(1), Buffer.from(rsa.n ?? '', 'base64url')])) },
      /shortest/,
    ],
    ['a modulus with padding', { ...rsa, n: `${rsa.n}==` }, /shortest/],
    ['no modulus', { ...rsa, n: undefined }, /missing/],
    ['no exponent', { ...rsa, e: undefined }, /missing/],
    ['the exponent 0', { ...rsa, e: base64url(Buffer.from([0])) }, /shortest/],
    ['the exponent 1', { ...rsa, e: base64url(Buffer.from([1])) }, /exponent/],
    ['the exponent 1 with zeros before it', { ...rsa, e: base64url(Buffer.from([0, 0, 1])) }, /shortest/],
    ['the exponent 2', { ...rsa, e: base64url(Buffer.from([2])) }, /exponent/],
    ['the exponent 65536', { ...rsa, e: base64url(Buffer.from([1, 0, 0])) }, /exponent/],
    ['an exponent of 72 bits', { ...rsa, e: base64url(Buffer.alloc(9, 1)) }, /exponent/],
    ['a point that is not on its curve', { ...ec, y: keys.otherP256.jwk.y }, /not on its curve/],
    [
      'the point at zero',
      { ...ec, x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) },
      /not on its curve/,
    ],
    ['coordinates beyond the field', { ...ec, x: base64url(Buffer.alloc(32, 0xff)) }, /not on its curve/],
    ['a point of P-256 as P-384', { ...ec, crv: 'P-384' }, /size of its curve/],
    ['a point of P-256 with zeros as P-384', padded(ec, 48), /not on its curve/],
    ['a coordinate that is too short', { ...ec, x: base64url(Buffer.alloc(31, 1)) }, /size of its curve/],
    ['a coordinate that is too long', { ...ec, x: base64url(Buffer.alloc(33, 1)) }, /size of its curve/],
    ['a missing coordinate', { ...ec, y: undefined }, /missing/],
    ...SMALL_ORDER.flatMap((hex) =>
      [0, 0x80].map((sign): readonly [string, unknown, RegExp] => {
        const point = Buffer.from(hex, 'hex');
        point[31]! |= sign;
        return [`the Ed25519 point ${point.toString('hex')}`, { ...okp, x: base64url(point) }, /small order/];
      }),
    ),
    ['an Ed25519 key that is too short', { ...okp, x: base64url(Buffer.alloc(31, 1)) }, /size of its curve/],
  ];
  for (const [name, jwk, message] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => importJwk(jwk)).to.throw(UnusableKeyError, message);
    });
  }

  it('relies on OpenSSL for nothing that OpenSSL would let through', () => {
    // The rules on exponents are ours alone: Node takes such a key.
    const exponentOne = { ...rsa, e: 'AQ' };
    expect(createPublicKey({ key: exponentOne, format: 'jwk' }).asymmetricKeyType).to.equal('rsa');
    expect(() => importJwk(exponentOne)).to.throw(UnusableKeyError);
  });
});

/** An odd number of 2048 bits that the prime divides. */
function multipleOf(prime: bigint): Buffer {
  let multiple = BigInt(`0x${Buffer.from(rsa.n ?? '', 'base64url').toString('hex')}`);
  multiple -= multiple % prime;
  if (multiple % 2n === 0n) multiple += multiple + prime < 2n ** 2048n ? prime : -prime;
  return Buffer.from(multiple.toString(16), 'hex');
}

function padded(jwk: JsonWebKey, size: number): JsonWebKey {
  const pad = (text = '') => {
    const bytes = Buffer.from(text, 'base64url');
    return base64url(Buffer.concat([Buffer.alloc(size - bytes.length), bytes]));
  };
  return { ...jwk, crv: 'P-384', x: pad(jwk.x), y: pad(jwk.y) };
}
