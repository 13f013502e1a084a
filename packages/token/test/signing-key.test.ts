import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createKeyring, keyFingerprint, mintWorkerToken } from '../src/index.js';
import { refusal } from './token-fixture.js';

describe('keyFingerprint', () => {
  it('is the first 16 hexadecimal digits of the SHA-256 of the trimmed bytes', () => {
    const expected = createHash('sha256').update('some key').digest('hex').slice(0, 16);
    expect(keyFingerprint('some key')).to.equal(expected);
    expect(keyFingerprint(' \u0085some key\u3000\n')).to.equal(expected);
    expect(keyFingerprint(Buffer.from('\tsome key\r\n'))).to.equal(expected);
    expect(keyFingerprint('some key!')).not.to.equal(expected);
  });

  it('takes text and bytes only', () => {
    for (const value of [undefined, null, 7, {}, ['k'], new ArrayBuffer(32)]) {
      expect(() => keyFingerprint(value as never)).to.throw(
        TypeError,
        'a key must be a string or a Uint8Array',
      );
    }
  });
});

describe('a signing key', () => {
  const weak: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    ['empty', ''],
    ['blank', ' '.repeat(64)],
    ['31 bytes', 'k'.repeat(31)],
    ['31 bytes and white space', ` ${'k'.repeat(31)}\n`],
    ['31 bytes in an array', new Uint8Array(31).fill(7)],
    ['a surrogate alone, which has no UTF-8 form', `${'k'.repeat(40)}\ud800`],
  ];
  for (const [why, key] of weak) {
    it(`is weak when it is ${why}`, () => {
      refusal(() => createKeyring({ active: key }), 'weak_key');
      refusal(() => createKeyring({ active: 'k'.repeat(32), verifyOnly: [key] }), 'weak_key');
      refusal(
        () => mintWorkerToken({ key, workerId: 'a', audience: 'worker:rpc', ttlSeconds: 60 }),
        'weak_key',
      );
    });
  }

  it('is named in the error by its place', () => {
    expect(refusal(() => createKeyring({ active: 'short' })).message).to.match(
      /^the active key has fewer than 32 bytes/,
    );
    expect(
      refusal(() => createKeyring({ active: 'k'.repeat(32), verifyOnly: ['x'.repeat(32), 'short'] })).message,
    ).to.match(/^verify-only key 1 has fewer/);
  });

  it('is copied: changing the array afterwards changes nothing', () => {
    const bytes = Buffer.from('k'.repeat(32));
    const keyring = createKeyring({ active: bytes });
    bytes.fill(0);
    expect(keyring.fingerprints.active).to.equal(keyFingerprint('k'.repeat(32)));
  });
});
