import { expect } from 'chai';
import fc from 'fast-check';
import { JsonNumeral, type JsonValue, MAX_JSON_DEPTH, parseStrictJson } from '../src/strict-json.js';

describe('parseStrictJson', () => {
  it('agrees with JSON.parse about every value that JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6, stringUnit: 'binary' }),
        fc.constantFrom(0, 1, '\t'),
        (json, space) => {
          const text = JSON.stringify(JSON.parse(json), null, space);
          fc.pre(!/\\ud[89a-f]/.test(text));
          expect(plain(parseStrictJson(text))).to.deep.equal(JSON.parse(text));
        },
      ),
    );
  });

  it('accepts nothing that JSON.parse refuses, and reads it alike', () => {
    const fragment = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '"b":',
        '\\',
        '\\u',
        '\\ud83d',
        '\\ude00',
        '0',
        '1',
        '-',
        '.',
        'e',
        '+',
      ],
      ...[
        'true',
        'false',
        'null',
        'nul',
        ' ',
        '\n',
        '\u00a0',
        '\ufeff',
        '/',
        '\0',
        '{"a":1}',
        '[1,2]',
        '1.5e3',
      ],
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const text = fragments.join('');
        let value: JsonValue;
        try {
          value = parseStrictJson(text);
        } catch (error) {
          expect(error).to.be.instanceOf(SyntaxError);
          return;
        }
        accepted += 1;
        expect(plain(value)).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).to.be.greaterThan(100);
  });

  it('keeps numbers as they are written', () => {
    for (const text of ['1', '1.0', '1e3', '1E+3', '-0', '0', '-0.0e-0', '123456789012345678901234567890']) {
      expect(parseStrictJson(text)).to.deep.equal(new JsonNumeral(text));
    }
  });

  it('keeps __proto__ an ordinary name', () => {
    const value = parseStrictJson('{"__proto__":{"exp":1},"constructor":null}');
    expect(value).to.be.instanceOf(Map);
    expect([...(value as Map<string, unknown>).keys()]).to.deep.equal(['__proto__', 'constructor']);
  });

  it('allows the deepest nesting and refuses one level more', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = (depth: number, inner: string) => open.repeat(depth) + inner + close.repeat(depth);
      expect(() => parseStrictJson(nested(MAX_JSON_DEPTH, '1'))).not.to.throw();
      expect(() => parseStrictJson(nested(MAX_JSON_DEPTH + 1, '1'))).to.throw(SyntaxError, 'too deep');
    }
  });

  const refused: ReadonlyArray<readonly [string, string]> = [
    ['nothing', ''],
    ['white space alone', ' '],
    ['a name that occurs twice', '{"a":1,"a":1}'],
    ['a name that occurs twice, once escaped', '{"a":1,"\\u0061":1}'],
    ['a name that occurs twice in an inner object', '[{"b":{"a":1,"a":2}}]'],
    ['a high surrogate at the end', '"\\ud800"'],
    ['a high surrogate before a character', '"\\ud800x"'],
    ['a high surrogate before another escape', '"\\ud800\\n"'],
    ['a high surrogate before another high one', '"\\ud800\\ud800"'],
    ['a low surrogate alone', '"\\udc00"'],
    ['two low surrogates', '"\\udc00\\udc00"'],
    ['a pair in the wrong order', '"\\udc00\\ud800"'],
    ['a surrogate alone in a name', '{"\\ud800":1}'],
    ['hexadecimal digits with a sign', '"\\u+041"'],
    ['three hexadecimal digits', '"\\u041"'],
    ['an escape cut by the end', '"\\u00'],
    ['a backslash at the end', '"\\'],
    ['a byte order mark', '\ufeff{}'],
    ['a no-break space', '\u00a0{}'],
    ['a leading zero', '[01]'],
    ['a plus sign', '[+1]'],
    ['a bare point', '[1.]'],
    ['NaN', '[NaN]'],
    ['a name without quotation marks', '{a:1}'],
    ['a trailing comma', '[1,]'],
    ['a second value', '{}{}'],
    ['a word that continues', 'nullx'],
  ];
  for (const [rule, text] of refused) {
    it(`refuses ${rule}`, () => {
      expect(() => parseStrictJson(text)).to.throw(SyntaxError, /^not strict JSON: /);
    });
  }
});

/** The same value as JSON.parse would give it. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumeral) return Number(value.text);
  if (value instanceof Map) {
    const object: Record<string, unknown> = {};
    for (const [name, member] of value) {
      Object.defineProperty(object, name, {
        value: plain(member),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return object;
  }
  return Array.isArray(value) ? value.map(plain) : value;
}
