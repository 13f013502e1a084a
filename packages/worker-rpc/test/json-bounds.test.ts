import { expect } from 'chai';
import fc from 'fast-check';
import { isWithinJsonBounds } from '../src/json-bounds.js';
import { decodeJson } from '../src/json-encoding.js';

const bounded = (text: string): boolean => isWithinJsonBounds(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('the bounds of JSON', () => {
  for (const [name, text, within] of [
    ['64 levels', nested(64), true],
    ['65 levels', nested(65), false],
    ['65 levels of objects', `${'{"a":'.repeat(65)}0${'}'.repeat(65)}`, false],
    ['many that are not nested', `[${'[],'.repeat(1_000)}0]`, true],
    ['brackets and commas in a string', JSON.stringify('[{,'.repeat(400_000)), true],
    ['brackets after an escaped quote', JSON.stringify(`"${'['.repeat(100)}\\"`), true],
    ['brackets after an escaped backslash', `["\\\\",${nested(64)}]`, false],
    ['a million values', `[${'0,'.repeat(999_998)}0]`, true],
    ['more than a million values', `[${'0,'.repeat(1_000_000)}0]`, false],
    ['a string without an end', '"'.padEnd(100, '['), true],
  ] as const) {
    it(`${within ? 'take' : 'refuse'} ${name}`, () => {
      expect(bounded(text)).to.equal(within);
    });
  }

  it('let every small document through, as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        expect(decodeJson(Buffer.from(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });
});
