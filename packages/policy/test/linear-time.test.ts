import { expect } from 'chai';
import { compilePolicySet, decide, imageSpellings, lintPolicies, validatePattern } from '../src/index.js';
import { compilePattern } from '../src/pattern.js';
import { rule } from './policy-fixture.js';

/** A matcher that goes back to its last wildcard needs exponential or quadratic time for these. */
const patterns: Readonly<Record<string, string>> = {
  'runs before every letter': `${'*a'.repeat(255)}b`,
  'runs across slashes before every letter': `${'**a'.repeat(170)}b`,
  'both kinds of runs': `${'*a**a'.repeat(100)}b`,
  'runs around single characters': `${'*?'.repeat(250)}b`,
  'classes after runs': `${'**[a-z]'.repeat(73)}/`,
  'a long tail after one run': `**${'a'.repeat(500)}b`,
};

/** Of the processor, so that other programs do not count; the least of several runs, so that garbage collection does not. */
function leastMilliseconds(act: () => void): number {
  const runs = Array.from({ length: 11 }, () => {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...runs);
}

describe('matching hostile patterns', () => {
  for (const [name, pattern] of Object.entries(patterns)) {
    it(`takes time in proportion to the value: ${name}`, () => {
      const { automaton } = compilePattern(pattern, 'network');
      const [short, long] = [50_000, 400_000].map((length) => 'a'.repeat(length));
      const [few, many] = [short!, long!].map((value) => {
        expect(automaton.matches(value)).to.equal(false);
        return leastMilliseconds(() => automaton.matches(value));
      });
      // Eight times the length: quadratic time would be a factor of 64.
      expect(many! / Math.max(few!, 0.05)).to.be.lessThan(30);
      expect(many).to.be.lessThan(1_000);
    });
  }

  it('decides the longest names by many of them in milliseconds', () => {
    const list = Object.values(patterns).flatMap((pattern, kind) =>
      Array.from({ length: 20 }, (_, index) =>
        rule({ id: `pol-${kind}-${index}`, resourceType: 'network', pattern, priority: index }),
      ),
    );
    const set = compilePolicySet(list);
    const question = { tenantId: null, type: 'network', value: 'a'.repeat(255) } as const;
    expect(decide(set, question).reason).to.equal('default_allows');
    expect(leastMilliseconds(() => decide(set, question))).to.be.lessThan(100);
  });

  it('checks rules against each other in bounded time', () => {
    const list = Object.values(patterns).map((pattern, index) =>
      rule({ id: `pol-${index}`, pattern, priority: index }),
    );
    const started = performance.now();
    lintPolicies(list);
    expect(performance.now() - started).to.be.lessThan(10_000);
  });
});

describe('reading hostile texts', () => {
  const texts: Readonly<Record<string, string>> = {
    dashes: `a${'-'.repeat(500)}`,
    'dots and dashes': 'a.-'.repeat(170),
    underscores: `a${'_'.repeat(500)}a`,
    slashes: 'a/'.repeat(255),
    colons: ':'.repeat(512),
    'a host of dashes': `a.${'-'.repeat(400)}/b`,
    'signs of digests': '@'.repeat(512),
    'ten million letters': 'a'.repeat(10_000_000),
    'ten million spaces': `a${' '.repeat(10_000_000)}b`,
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`refuses an image of ${name} at once`, () => {
      const act = () => expect(() => imageSpellings(text)).to.throw();
      expect(leastMilliseconds(act)).to.be.lessThan(50);
    });
  }

  it('refuses a pattern of ten million characters at once', () => {
    const pattern = '[a-'.repeat(3_333_333);
    expect(leastMilliseconds(() => expect(() => validatePattern(pattern)).to.throw())).to.be.lessThan(50);
  });
});
