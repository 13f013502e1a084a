import { expect } from 'chai';
import fc from 'fast-check';
import { recordedJson, recordedText } from '../src/recorded-text.js';

const anyText = fc.string({ unit: 'binary', maxLength: 600 });
const anyUnits = fc
  .array(fc.constantFrom('\0', '\uD83D', '\uDE00', '\\', 'u0000', 'ud800', '"', 'a', '\n'))
  .map((parts) => parts.join(''));

describe('recordedText', () => {
  it('makes any text storable and changes nothing of text that is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const recorded = recordedText(text);
        expect(recorded.length).to.be.at.most(512);
        expect(recorded).not.to.match(/\p{Surrogate}/u);
        expect(recorded).not.to.contain('\0');
        if (text.length <= 512 && !text.includes('\0') && !/\p{Surrogate}/u.test(text)) {
          expect(recorded).to.equal(text);
        }
      }),
    );
  });

  it('cuts before a character that does not fit whole', () => {
    expect(recordedText(`${'x'.repeat(511)}😀`)).to.equal('x'.repeat(511));
    expect(recordedText(`${'x'.repeat(510)}😀!`)).to.equal(`${'x'.repeat(510)}😀`);
  });
});

describe('recordedJson', () => {
  it('replaces the characters that jsonb refuses, in names and values, and nothing else', () => {
    const clean = (text: string) => text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
    fc.assert(
      fc.property(anyUnits, anyUnits, (name, value) => {
        const json = recordedJson(JSON.stringify([name, { [`n${name}`]: value }]));
        expect(JSON.parse(json)).to.deep.equal([clean(name), { [`n${clean(name)}`]: clean(value) }]);
      }),
    );
  });
});
