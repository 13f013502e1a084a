import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64url, encodeBase64url } from '../src/base64url.js';

describe('decodeBase64url', () => {
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['padding', 'YQ=='],
    ['the ordinary alphabet', '+/+/'],
    ['white space', 'YW Fh'],
    ['a line feed at the end', 'YWFh\n'],
    ['one character', 'A'],
    ['a rest of one character', 'YWFhY'],
    ['spare bits after one byte', 'YR'],
    ['spare bits after two bytes', 'YWF'],
    ['a character outside ASCII', 'YWF\u0105'],
    ['a NUL', 'YWF\0'],
  ];
  for (const [rule, text] of refused) {
    it(`refuses ${rule}`, () => {
      expect(decodeBase64url(text)).to.equal(undefined);
    });
  }

  it('reads the test vectors of RFC 4648 without their padding', () => {
    const encodings = ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy'];
    expect(encodings.map((text) => decodeBase64url(text)?.toString())).to.deep.equal([
      '',
      'f',
      'fo',
      'foo',
      'foob',
      'fooba',
      'foobar',
    ]);
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).to.deep.equal(Buffer.from(bytes));
      }),
    );
  });

  it('accepts one spelling of every value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZz09-_=+/ '), maxLength: 12 }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes !== undefined) expect(encodeBase64url(bytes)).to.equal(text);
      }),
      { numRuns: 2000 },
    );
  });
});
