import { expect } from 'chai';
import fc from 'fast-check';
import { csvField } from '../../src/audit/audit-csv.js';

describe('a field of CSV', () => {
  const fields: ReadonlyArray<readonly [string, string]> = [
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'.replace('"\'', "'").replace(/"$/, '')],
    ['\r=1', '"\'\r=1"'],
    [' =1', "' =1"],
    ['"=1', '"\'""=1"'],
    ["'=1", "''=1"],
    ['|calc', "'|calc"],
    ['%0A', "'%0A"],
    ['\uFF1D1', "'\uFF1D1"],
    ['{"a":"=1"}', '"{""a"":""=1""}"'],
    ['sandbox:sb-1', 'sandbox:sb-1'],
  ];
  for (const [text, expected] of fields) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      expect(csvField(text)).to.equal(expected);
    });
  }

  it('never begins a formula, and reads back as what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const field = csvField(text);
        const quoted = /^"(.*)"$/s.exec(field);
        const value = quoted === null ? field : (quoted[1] ?? '').replaceAll('""', '"');
        expect(value).not.to.match(/^[\s"]*[=+\-@\t\r|%]/u);
        expect([text, `'${text}`]).to.include(value);
        if (quoted === null) expect(field).not.to.match(/[",\r\n]/);
      }),
    );
  });
});
