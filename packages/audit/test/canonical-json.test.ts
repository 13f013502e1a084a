import { expect } from 'chai';
import fc from 'fast-check';
import { AuditError, canonicalJson } from '../src/index.js';

describe('canonicalJson', () => {
  // The example of RFC 8785, section 3.2.2 and 3.2.3.
  it('writes the example of RFC 8785', () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).to.equal(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members by UTF-16 code units, as RFC 8785 does', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = canonicalJson(Object.fromEntries(names.map((name, index) => [name, index])));
    expect(Object.keys(JSON.parse(sorted) as object)).to.deep.equal([
      '1',
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ]);
  });

  const refused: ReadonlyArray<readonly [string, unknown]> = [
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['half a character', 'a\ud800'],
    ['half a character as a name', { '\udfff': 1 }],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['what is nested too deep', JSON.parse(`${'['.repeat(66)}${']'.repeat(66)}`)],
  ];
  for (const [name, value] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => canonicalJson(value))
        .to.throw(AuditError)
        .with.property('code', 'not_canonical');
    });
  }

  it('means the same value, and is the same text for the same value however it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).to.equal(text);
        expect(canonicalJson(JSON.parse(JSON.stringify(value, null, 2)))).to.equal(text);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
