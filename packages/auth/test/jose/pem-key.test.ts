import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { importPem } from '../../src/jose/pem-key.js';
import { UnusableKeyError } from '../../src/jose/verification-key.js';
import { keys } from '../signing-fixture.js';

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const pem = spki(keys.rsa.publicKey);

/** Made with OpenSSL for a P-256 key, valid for one day of 2020: a pinned key outlives its certificate. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBEzCBugIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTAe
Fw0yMDAxMDEwMDAwMDBaFw0yMDAxMDIwMDAwMDBaMBYxFDASBgNVBAMMC2lkcC5l
eGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEc0IdUgCyx+5DXQ595YNo
vkmUB7SVXG0apd4/evC779AgHrWLoI/XttBHJuYRvDwvyTKlnIN3BLla0lwXpemb
BzAKBggqhkjOPQQDAgNIADBFAiAdpJEnaYQDG0y5wxfFdMj3mb3IxalSeq0ztU5o
X6JzsQIhAJ/nFN+MLbLz0aKdL9gnrBPct3AkflfSWyBa2OCYZ09g
-----END CERTIFICATE-----`;

describe('importPem', () => {
  for (const [name, key] of Object.entries(keys)) {
    it(`takes a public key: ${name}`, () => {
      expect(importPem(spki(key.publicKey)).publicKey.equals(key.publicKey)).to.equal(true);
    });
  }

  it('takes a certificate, whatever its dates', () => {
    expect(importPem(CERTIFICATE).algorithms).to.deep.equal(['ES256']);
  });

  it('takes white space around the block and line ends of any kind', () => {
    expect(importPem(`\n ${pem.replaceAll('\n', '\r\n')}\n`).algorithms).to.include('RS256');
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
    ['nothing', '', /PEM block/],
    ['a JWK', JSON.stringify(keys.rsa.jwk), /PEM block/],
    ['a private key', keys.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /PEM block/],
    [
      'a public key in PKCS #1',
      keys.rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      /PEM block/,
    ],
    ['two blocks', pem + pem, /PEM block/],
    [
      'a private key after a public one',
      pem + keys.p256.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      /PEM block/,
    ],
    ['text before the block', `key: ${pem}`, /PEM block/],
    [
      'a block with no key in it',
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
      /no public key/,
    ],
    [
      'a block with no certificate in it',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      /no certificate/,
    ],
    ['an RSA key of 1024 bits', spki(weak.publicKey), /less than 2048/],
    ['a key of RSASSA-PSS alone', spki(pss.publicKey), /type or curve/],
    ['secp256k1', spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), /crv/],
    ['X25519', spki(generateKeyPairSync('x25519').publicKey), /crv/],
    ['Ed448', spki(generateKeyPairSync('ed448').publicKey), /crv/],
    [
      'a DSA key',
      spki(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey),
      /type or curve/,
    ],
  ];
  for (const [name, text, message] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => importPem(text)).to.throw(UnusableKeyError, message);
    });
  }
});
