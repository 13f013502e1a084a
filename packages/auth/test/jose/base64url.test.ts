import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64url } from '../../src/jose/base64url.js';

describe('decodeBase64url', () => {
  it('reads whatever is written canonically', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).to.deep.equal(Buffer.from(bytes));
      }),
    );
  });

  it('reads nothing that has a second spelling', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwZz09-_+/= \n.'), maxLength: 12 });
    fc.assert(
      fc.property(text, (spelling) => {
        const bytes = decodeBase64url(spelling);
        if (bytes !== undefined) expect(bytes.toString('base64url')).to.equal(spelling);
      }),
    );
  });

  const refused: ReadonlyArray<readonly [string, string]> = [
    ['nothing', ''],
    ['padding', 'QQ=='],
    ['a line feed at the end', 'QUFB\n'],
    ['white space inside', 'QU FB'],
    ['the standard alphabet', 'a+/b'],
    ['a single character more than a group', 'QUFBQ'],
    ['four spare bits that are set', 'QR'],
    ['two spare bits that are set', 'QUH'],
    ['a character outside ASCII', 'QUFé'],
  ];
  for (const [name, text] of refused) {
    it(`refuses ${name}`, () => {
      expect(decodeBase64url(text)).to.equal(undefined);
    });
  }
});
