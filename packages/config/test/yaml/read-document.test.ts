import { expect } from 'chai';
import { load } from 'js-yaml';
import { plainValue } from '../../src/yaml/node.js';
import { YamlError } from '../../src/yaml/problem.js';
import { readYamlDocument } from '../../src/yaml/read-document.js';

const readValue = (text: string): unknown => {
  const { root } = readYamlDocument(text);
  return root === undefined ? undefined : plainValue(root);
};
const errorOf = (text: string): string => {
  try {
    readYamlDocument(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return `${error.position.line}:${error.position.column} ${error.message}`;
  }
  throw new Error('the document was accepted');
};

describe('readYamlDocument', () => {
  const SAME_AS_LOAD = [
    'a: 1\nb: [x, "y", \'z\']\nc: {d: true, e: null}\n',
    'a: 0x1f\nb: 0o17\nc: 1.5\nd: .inf\ne: -3\nf: 1_000\ng: 007\n',
    'a: yes\nb: no\nc: ~\nd:\ne: Null\nf: TRUE\ng: null\n',
    'a: |\n  x\n  y\nb: >-\n  x\n  y\n',
    "a: \"x\\ty\\u00e9\"\nb: 'it''s'\n",
    'a: &x [1, 2]\nb: *x\nc: &y z\nd: *y\n',
    'a: !!str 5\nb: !!int "5"\nc: ! 7\n',
    '- 1\n- - 2\n  - 3\n',
    '%YAML 1.2\n---\na: 1\n...\n',
    '\uFEFFa: 1\r\nb:\r\n  c: 2\r\n',
    'just a text',
    '# nothing\n---\n',
    '"é": ü # ö\n',
  ];
  for (const text of SAME_AS_LOAD) {
    it(`reads ${JSON.stringify(text)} as js-yaml does`, () => {
      expect(JSON.parse(JSON.stringify(readValue(text) ?? null))).to.deep.equal(
        JSON.parse(JSON.stringify(load(text) ?? null)),
      );
    });
  }

  it('has nothing to say about an empty text', () => {
    expect(readYamlDocument('')).to.deep.equal({ root: undefined, problems: [] });
    expect(readYamlDocument('# a comment\n').root).to.equal(undefined);
  });

  it('knows the places of keys, values and items', () => {
    const { root } = readYamlDocument('server:\r\n  port: 80\r\n  list:\r\n    - a\r\n    -   b\r\n');
    const server = root?.kind === 'map' ? root.entries.get('server') : undefined;
    expect(server?.keyPosition).to.deep.equal({ line: 1, column: 1 });
    const entries = server?.node.kind === 'map' ? server.node.entries : new Map();
    expect(entries.get('port')).to.deep.nested.include({ keyPosition: { line: 2, column: 3 } });
    expect(entries.get('port').node.position).to.deep.equal({ line: 2, column: 9 });
    expect(entries.get('list').node.items[1].position).to.deep.equal({ line: 5, column: 9 });
  });

  it('takes __proto__ and constructor for ordinary names', () => {
    const value = readValue('__proto__:\n  polluted: true\nconstructor: 1\n') as Record<string, unknown>;
    expect(Object.keys(value)).to.deep.equal(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect(Object.getPrototypeOf(value)).to.equal(null);
  });

  it('tells every key that is there twice, with both places, and goes on', () => {
    const { root, problems } = readYamlDocument('a: 1\nb:\n  c: 1\n  c: 2\na: 2\n');
    expect(problems).to.deep.equal([
      {
        code: 'duplicate_key',
        path: ['b', 'c'],
        position: { line: 4, column: 3 },
        message: 'is there twice, first on line 3; remove one of them',
      },
      {
        code: 'duplicate_key',
        path: ['a'],
        position: { line: 5, column: 1 },
        message: 'is there twice, first on line 1; remove one of them',
      },
    ]);
    expect(root && plainValue(root)).to.deep.equal({ a: 1, b: { c: 1 } });
  });

  for (const [key, kind] of [
    ['5', 'a number'],
    ['true', 'a boolean'],
    ['~', 'empty'],
    ['[x]', 'a list'],
    ['{x: 1}', 'a map'],
  ]) {
    it(`tells a key that is ${kind}`, () => {
      const { problems } = readYamlDocument(`a:\n  ? ${key}\n  : 1\n  b: 2\n`);
      expect(problems).to.deep.equal([
        {
          code: 'wrong_type',
          path: ['a'],
          position: { line: 2, column: 5 },
          message: `has a key that is ${kind}; keys are texts, so put it in quotes`,
        },
      ]);
    });
  }

  const REFUSED: readonly (readonly [name: string, text: string, error: RegExp])[] = [
    [
      'a tab as indentation',
      'a:\n\tb: 1\n',
      /^2:1 is not YAML: tab characters must not be used in indentation$/,
    ],
    ['an open bracket', 'a:\n  b: [1\n', /^3:1 is not YAML: /],
    ['several documents', 'a: 1\n---\nb: 1\n', /^3:1 has several documents/],
    [
      'an alias that is not defined',
      'a: *b\n',
      /^1:4 uses an alias that is not defined; put a text that begins with \* in quotes$/,
    ],
    ['an alias inside of itself', 'a: &b\n  c: *b\n', /^2:6 uses an alias inside of what it stands for$/],
    ['an unknown type of a value', 'a: !secret x\n', /^1:\d+ has a type that is unknown/],
    ['an unknown type of a map', 'a: !!set {x}\n', /^1:10 has a type that is unknown/],
    ['a type that does not fit', 'a: !!int x\n', /^1:\d+ has a type that is unknown or does not fit; put/],
    [
      'a name for nothing',
      'a: &b\nc: 1\n',
      /^1:1 has an anchor without a value; put a text that begins with &/,
    ],
    [
      'deep lists',
      `a: ${'['.repeat(40)}${']'.repeat(40)}\n`,
      /^1:\d+ is not YAML: nesting exceeded maxDepth \(32\)$/,
    ],
  ];
  for (const [name, text, error] of REFUSED) {
    it(`refuses ${name}`, () => {
      expect(errorOf(text)).to.match(error);
    });
  }

  for (const text of ['*S', '!S', '!S x', '!<S> x', '!S!x y', '!!S x', '!S [1]', '!S {b: 1}', '&S']) {
    it(`never tells a secret that was left without quotes: ${text}`, () => {
      const secret = 'Zq7Xw9Kv';
      expect(errorOf(`a:\n  b: ${text.replace('S', secret)}\n`))
        .to.match(/in quotes$/)
        .and.not.to.contain(secret);
    });
  }

  it('refuses depth that aliases bring', () => {
    const nested = (inner: string): string => `${'['.repeat(12)}${inner}${']'.repeat(12)}`;
    expect(errorOf(`a: &a ${nested('x')}\nb: &b ${nested('*a')}\nc: ${nested('*b')}\n`)).to.match(
      /^3:\d+ is nested deeper than 32 levels$/,
    );
  });

  it('refuses values that aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 10; level += 1) {
      const uses = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
      lines.push(`a${level}: &a${level} [${uses}]`);
    }
    expect(errorOf(lines.join('\n'))).to.match(/^5:\d+ has more than 20000 values, aliases counted$/);
  });

  it('lets an anchor be defined anew', () => {
    expect(readValue('a: &x 1\nb: &x [&x 2, *x]\nc: *x\n')).to.deep.equal({ a: 1, b: [2, 2], c: 2 });
  });
});
