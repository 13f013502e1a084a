import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_PATTERN_LENGTH, PolicyError, validatePattern } from '../src/index.js';
import { compilePattern } from '../src/pattern.js';
import { containsPattern } from '../src/pattern-containment.js';
import { naiveMatch } from './naive-policy.js';
import { patterns, values } from './policy-fixture.js';

/** Image patterns without `/` fold nothing, so these are compared as written. */
const matches = (pattern: string, value: string) => compilePattern(pattern, 'image').automaton.matches(value);

describe('patterns', () => {
  const table: ReadonlyArray<readonly [string, readonly string[], readonly string[]]> = [
    ['alpine', ['alpine'], ['alpine2', 'xalpine', 'Alpine', '']],
    ['*', ['', 'alpine', 'a:b'], ['a/b', '/']],
    ['**', ['', 'a', 'a/b/c', '/'], ['\u00e9', 'a\u0000', 'a b']],
    ['a/*', ['a/', 'a/b'], ['a/b/c', 'a']],
    ['a/**', ['a/', 'a/b/c'], ['a', 'b/a/']],
    ['**/b', ['/b', 'a/b', 'a/c/b'], ['b', 'a/b/c']],
    ['a?c', ['abc', 'a-c'], ['ac', 'a/c', 'abbc']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', 'Ax']],
    ['[!a-c]x', ['dx', '-x'], ['ax', '/x']],
    ['[^a-c]x', ['dx', 'Ax'], ['cx', '/x']],
    ['[a^]', ['a', '^'], ['b']],
    ['[-a]', ['-', 'a'], ['b']],
    ['[a-]', ['-', 'a'], ['b']],
    ['[\\]\\-a]', [']', '-', 'a'], ['\\']],
    ['[*?]', ['*', '?'], ['a']],
    ['[--0]', ['-', '.', '0'], ['/', '1']],
    ['\\*\\?\\[\\]\\\\', ['*?[]\\'], ['a?[]\\']],
    ['\\a', ['a'], ['\\a']],
  ];
  for (const [pattern, accepted, refused] of table) {
    it(`${pattern} matches ${accepted.join(' ')} and not ${JSON.stringify(refused)}`, () => {
      for (const value of accepted) expect(matches(pattern, value), value).to.equal(true);
      for (const value of refused) expect(matches(pattern, value), value).to.equal(false);
    });
  }

  it('match as trying everything does', () => {
    fc.assert(
      fc.property(
        patterns.filter((pattern) => !pattern.includes('/')),
        values,
        (pattern, value) => {
          expect(matches(pattern, value)).to.equal(naiveMatch(pattern, value));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('match as trying everything does when the states fill more than one word', () => {
    const long = fc.array(fc.constantFrom('a', 'b', '?', '[ab]', 'aa*', 'b**'), {
      minLength: 30,
      maxLength: 70,
    });
    fc.assert(
      fc.property(long, fc.nat(), (parts, seed) => {
        const pattern = parts.join('').replace('***', '**');
        // A text that fits, and one with a character changed, so that both answers occur.
        const fitting = pattern.replace(/\*\*|\*/g, () => (seed % 2 ? '' : 'ab')).replace(/\[ab\]|\?/g, 'a');
        const at = seed % fitting.length;
        const changed = `${fitting.slice(0, at)}c${fitting.slice(at + 1)}`;
        expect(matches(pattern, fitting)).to.equal(true);
        expect(matches(pattern, changed)).to.equal(naiveMatch(pattern, changed));
      }),
      { numRuns: 50 },
    );
  });
});

describe('validatePattern', () => {
  const refused: ReadonlyArray<readonly [string, number, RegExp]> = [
    ['', 0, /empty/],
    ['a***', 3, /more than two/],
    ['ab[cd', 2, /never closed/],
    ['[', 0, /never closed/],
    ['[!', 0, /never closed/],
    ['[a-', 0, /never closed/],
    ['a]', 1, /closes nothing/],
    ['[]', 0, /empty/],
    ['[!]', 0, /empty/],
    ['[]a]', 0, /empty/],
    ['[z-a]', 1, /backwards/],
    ['[a/]', 2, /never matches/],
    ['[[:alpha:]]', 1, /\\\[/],
    ['[!\\!-~]', 0, /matches no character/],
    ['a\\', 1, /follow the backslash/],
    ['[a\\', 2, /follow the backslash/],
    [' alpine', 0, /printable/],
    ['alpine\n', 6, /printable/],
    ['a\u0000b', 1, /printable/],
    ['caf\u00e9', 3, /printable/],
    ['[\u0430]', 1, /printable/],
    ['a\ud83d\ude00', 1, /printable/],
    ['\ud800', 0, /printable/],
    ['a'.repeat(513), 512, /more than 512/],
    ['*'.repeat(10_000_000), 512, /more than 512/],
  ];
  for (const [pattern, position, why] of refused) {
    it(`refuses ${JSON.stringify(pattern.slice(0, 20))} at ${position}`, () => {
      expect(() => validatePattern(pattern))
        .to.throw(PolicyError, why)
        .that.includes({ code: 'invalid_pattern', position });
    });
  }

  it('accepts the longest pattern', () => {
    validatePattern('a'.repeat(MAX_PATTERN_LENGTH));
    expect(matches('a'.repeat(MAX_PATTERN_LENGTH), 'a'.repeat(MAX_PATTERN_LENGTH))).to.equal(true);
  });

  it('accepts any text, or throws a PolicyError with a place in it', () => {
    const text = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
        .map((codes) => String.fromCharCode(...codes)),
      fc.string({ unit: fc.constantFrom('[', ']', '!', '-', '\\', '*', 'a', '/') }),
    );
    fc.assert(
      fc.property(text, (pattern) => {
        try {
          validatePattern(pattern);
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error;
          expect(error.position).to.be.within(0, pattern.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('containsPattern', () => {
  const contains = (outer: string, inner: string) =>
    containsPattern(compilePattern(outer, 'image'), compilePattern(inner, 'image'));
  const table: ReadonlyArray<readonly [string, string, boolean]> = [
    ['**', 'a/*', true],
    ['*', '**', false],
    ['a*', 'a?*', true],
    ['a?*', 'a*', false],
    ['*a*', '*b*a*', true],
    ['a**', 'a', true],
    ['**/*', '*/**', true],
    ['[a-f]*', '[b-c]x', true],
    ['[!a]', '?', false],
    ['**?', '?**', false],
    ['**a**', '*a*a**', true],
    ['?**', '**?', false],
    ['?*', '*?', true],
  ];
  for (const [outer, inner, expected] of table) {
    it(`${outer} ${expected ? 'contains' : 'does not contain'} ${inner}`, () => {
      expect(contains(outer, inner)).to.equal(expected);
    });
  }

  it('claims nothing that a text disproves', () => {
    fc.assert(
      fc.property(patterns, patterns, fc.array(values, { minLength: 20 }), (outer, inner, texts) => {
        fc.pre(contains(outer, inner));
        for (const text of texts) if (matches(inner, text)) expect(matches(outer, text), text).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  it('gives up on patterns that would take too long', () => {
    const started = performance.now();
    expect(contains(`**a${'?'.repeat(400)}b**`, '**[ab]'.repeat(60))).to.equal(false);
    contains(`**a${'?'.repeat(200)}**b`, `**a${'[ab]'.repeat(120)}**b`);
    expect(performance.now() - started).to.be.lessThan(5_000);
  });
});
