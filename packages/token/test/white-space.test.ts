import { expect } from 'chai';
import fc from 'fast-check';
import { trimWhiteSpace } from '../src/white-space.js';

describe('trimWhiteSpace', () => {
  const trimText = (text: string) => trimWhiteSpace(Buffer.from(text)).toString();

  it('trims exactly the characters with the property White_Space', () => {
    const disagreeing: string[] = [];
    for (let code = 0; code < 0x1_1000; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const trimmed = trimText(`${character}${character}key${character}${character}`);
      const isWhiteSpace = /^\p{White_Space}$/u.test(character);
      if ((trimmed === 'key') !== isWhiteSpace) disagreeing.push(code.toString(16));
    }
    expect(disagreeing).to.deep.equal([]);
  });

  it('trims bytes as it trims the text they spell', () => {
    const unit = fc.constantFrom(
      ' ',
      '\n',
      '\u0085',
      '\u00a0',
      '\u2003',
      '\u3000',
      '\ufeff',
      '\u0105',
      '\u2020',
      'k',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const byCharacter = text.replace(/^\p{White_Space}+/u, '').replace(/\p{White_Space}+$/u, '');
        expect(trimText(text)).to.equal(byCharacter);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves nothing of white space alone, and takes no byte of a binary key that is none', () => {
    expect(trimText(' \t\u2003\u3000\n')).to.equal('');
    const binary = Buffer.from([0x80, 0xc2, 0xff, 0x00, 0xe2, 0x80]);
    expect(trimWhiteSpace(binary)).to.deep.equal(binary);
  });

  it('takes a time linear in the length, inner white space included', () => {
    const started = performance.now();
    trimWhiteSpace(Buffer.from(`a${' '.repeat(1_000_000)}b${' '.repeat(1_000_000)}`));
    expect(performance.now() - started).to.be.lessThan(2_000);
  });
});
