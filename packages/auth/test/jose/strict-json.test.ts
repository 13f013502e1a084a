import { expect } from 'chai';
import fc from 'fast-check';
import { parseStrictJsonObject } from '../../src/jose/strict-json.js';

const parse = (text: string) => parseStrictJsonObject(Buffer.from(text));

describe('parseStrictJsonObject', () => {
  it('agrees with JSON.parse about what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), fc.nat(2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(Object.fromEntries(parse(text))).to.deep.equal({ ...JSON.parse(text) });
      }),
    );
  });

  it('takes __proto__ for a name like any other', () => {
    const object = parse('{"__proto__":{"admin":true}}');
    expect([...object.keys()]).to.deep.equal(['__proto__']);
    expect(object.get('admin')).to.equal(undefined);
  });

  it('is not misled by brackets, colons and quotes inside texts', () => {
    expect(parse(String.raw`{"a":"{\"a\":[","b":"\\","c":":"}`).size).to.equal(3);
  });

  it('takes a name again in another object', () => {
    expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":2}]}').size).to.equal(2);
  });

  it('takes the same text as a value twice', () => {
    expect(parse('{"a":"x","b":"x","c":["x","x"]}').size).to.equal(3);
  });

  it('reads a long text at once', () => {
    expect(parse(JSON.stringify({ x5c: ['A'.repeat(500_000)] })).size).to.equal(1);
  });

  const refused: ReadonlyArray<readonly [string, string | Buffer]> = [
    ['a duplicate member', '{"alg":"none","alg":"RS256"}'],
    ['a duplicate member in another spelling', String.raw`{"alg":"none","\u0061lg":"RS256"}`],
    ['a duplicate member with white space before the colon', '{"a":1,"a" \n:2}'],
    ['a duplicate member deep inside', '{"a":[{"b":{"c":1,"c":2}}]}'],
    ['a duplicate __proto__', '{"__proto__":1,"__proto__":2}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['nothing', ''],
    ['something after the object', '{} {}'],
    ['a NUL after the object', '{}\0'],
    ['a comment', '{/**/}'],
    ['a comma too many', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a byte order mark', '\ufeff{}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a character', String.raw`{"a":"\ud800"}`],
    ['nesting without end', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`],
  ];
  for (const [name, text] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => parseStrictJsonObject(Buffer.from(text))).to.throw(SyntaxError);
    });
  }

  it('quotes nothing of what it refuses', () => {
    expect(() => parse('{"a": hunter2}'))
      .to.throw(SyntaxError)
      .with.property('message', 'it is no JSON');
  });
});
