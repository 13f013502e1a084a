import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { looksLikeApiKey, mintApiKey, parseApiKey } from '../../src/stored-keys/api-key-text.js';

const countingBytes = (size: number) => Uint8Array.from({ length: size }, (_, index) => index);

describe('mintApiKey', () => {
  it('makes a key of prefix, 256 bits and a CRC-32, and the hash that is kept', () => {
    const { key, prefix, hash } = mintApiKey({ randomBytes: countingBytes });
    const body = 'svk_000102030405_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
    expect(key).to.equal(`${body}_${crc32(body).toString(16).padStart(8, '0')}`);
    expect(prefix).to.equal('000102030405');
    expect(hash).to.equal(createHash('sha256').update(key).digest('hex'));
  });

  it('never makes the same key twice', () => {
    const made = Array.from({ length: 100 }, () => mintApiKey());
    expect(new Set(made.map(({ key }) => key)).size).to.equal(100);
    expect(new Set(made.map(({ prefix }) => prefix)).size).to.equal(100);
  });
});

describe('parseApiKey', () => {
  const { key, prefix, hash } = mintApiKey();

  it('reads every key that was minted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const minted = mintApiKey({ randomBytes: (size) => bytes.subarray(0, size) });
        expect(parseApiKey(minted.key)).to.deep.equal({ prefix: minted.prefix, hash: minted.hash });
      }),
    );
    expect(parseApiKey(key)).to.deep.equal({ prefix, hash });
  });

  it('refuses a key with one digit changed, whichever it is', () => {
    for (let index = 4; index < key.length; index += 1) {
      if (key[index] === '_') continue;
      const other = key[index] === '0' ? '1' : '0';
      const changed = `${key.slice(0, index)}${other}${key.slice(index + 1)}`;
      expect(parseApiKey(changed), `digit ${index}`).to.equal(undefined);
    }
  });

  for (const [name, text] of [
    ['nothing', ''],
    ['the mark alone', 'svk_'],
    ['a key without its checksum', key.slice(0, -9)],
    ['a key that is cut', key.slice(0, -1)],
    ['a key with something after it', `${key}0`],
    ['a key with a line end', `${key}\n`],
    ['a key with a space before it', ` ${key}`],
    ['a key in capitals', key.toUpperCase()],
    ['a key in capitals after the mark', `svk_${key.slice(4).toUpperCase()}`],
    ['another mark', `svx_${key.slice(4)}`],
    ['digits that only look like digits', key.replace(/_[0-9a-f]/, '_０')],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(parseApiKey(text)).to.equal(undefined);
    });
  }

  it('refuses any other text', () => {
    fc.assert(fc.property(fc.string(), (text) => parseApiKey(text) === undefined));
  });
});

describe('looksLikeApiKey', () => {
  it('knows the mark', () => {
    expect(looksLikeApiKey('svk_anything')).to.equal(true);
    expect(looksLikeApiKey('SVK_anything')).to.equal(false);
    expect(looksLikeApiKey('eyJhbGciOi')).to.equal(false);
  });
});
