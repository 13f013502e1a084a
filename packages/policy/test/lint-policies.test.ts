import { expect } from 'chai';
import fc from 'fast-check';
import { compilePolicySet, decide, lintPolicies, type PolicyRule, validatePattern } from '../src/index.js';
import { DIGEST, questions, rule, similarRules } from './policy-fixture.js';

const found = (...list: readonly Partial<PolicyRule>[]) =>
  lintPolicies(list.map((fields, index) => rule({ id: `pol-${index}`, priority: index, ...fields }))).map(
    ({ code, ruleId, otherRuleId }) => `${ruleId} ${code} ${otherRuleId}`,
  );

describe('lintPolicies', () => {
  const table: ReadonlyArray<readonly [string, readonly Partial<PolicyRule>[], readonly string[]]> = [
    ['nothing about rules that differ', [{}, { pattern: 'busybox' }], []],
    ['a duplicate', [{}, {}], ['pol-1 duplicate pol-0']],
    [
      'a duplicate in another spelling',
      [{}, { pattern: 'docker.io/library/alpine' }],
      ['pol-1 duplicate pol-0'],
    ],
    ['a rule behind a wider one', [{ pattern: '**' }, {}], ['pol-1 dead pol-0']],
    ['a wider rule behind a narrower one as useful', [{}, { pattern: '**' }], []],
    [
      'a rule behind a wider one in another spelling',
      [{ pattern: 'docker.io/**' }, {}],
      ['pol-1 dead pol-0'],
    ],
    ['a rule of a tenant behind a global one', [{}, { tenantId: 'tn-a' }], ['pol-1 dead pol-0']],
    ['a rule of a tenant before the same global one', [{ tenantId: 'tn-a' }, {}], ['pol-0 dead pol-1']],
    [
      'a global rule behind one that the platform has for a tenant as useful',
      [{ tenantId: 'tn-a', priority: -1 }, {}],
      [],
    ],
    [
      'what a tenant forbids itself behind what the platform allows as useful',
      [{ pattern: '**', effect: 'allow' }, { tenantId: 'tn-a' }],
      [],
    ],
    [
      'what a tenant forbids itself behind a deny rule that allow rules go before as useful',
      [{ pattern: 'al*', effect: 'allow' }, { pattern: '**' }, { tenantId: 'tn-a' }],
      [],
    ],
    [
      'what a tenant allows itself and the platform denies',
      [{ pattern: '**' }, { tenantId: 'tn-a', effect: 'allow' }],
      ['pol-1 allow_without_effect pol-0'],
    ],
    ['rules of two tenants as useful', [{ tenantId: 'tn-a' }, { tenantId: 'tn-b' }], []],
    ['rules of two types as useful', [{}, { resourceType: 'provider' }], []],
    ['a rule behind one on trial as useful', [{ mode: 'audit' }, {}], []],
    ['a rule on trial behind one that binds', [{}, { mode: 'audit' }], ['pol-1 duplicate pol-0']],
    ['a deny rule behind an allow rule', [{ pattern: '**', effect: 'allow' }, {}], ['pol-1 dead pol-0']],
    [
      'a deny rule behind an allow rule of one text as useful, since it matches digests too',
      [{ effect: 'allow' }, {}],
      [],
    ],
    [
      'a deny rule behind a longer name as useful, since it matches digests too',
      [{ pattern: 'alpine:latest' }, {}],
      [],
    ],
    [
      'an allow rule behind a deny rule',
      [{ pattern: 'al*' }, { effect: 'allow' }],
      ['pol-1 allow_without_effect pol-0'],
    ],
    [
      'an allow rule of a digest behind a deny rule of the registry',
      [{ pattern: 'docker.io/**' }, { pattern: `alpine@${DIGEST}`, effect: 'allow' }],
      ['pol-1 allow_without_effect pol-0'],
    ],
    [
      'a conflict',
      [{ priority: 1 }, { priority: 1, effect: 'allow', pattern: 'alpine:latest' }],
      ['pol-1 allow_without_effect pol-0', 'pol-1 conflicting pol-0'],
    ],
    [
      'a conflict with a tenant',
      [
        { priority: 1, pattern: 'x*' },
        { priority: 1, pattern: 'x*', effect: 'allow', tenantId: 'tn-a' },
      ],
      ['pol-1 allow_without_effect pol-0', 'pol-1 conflicting pol-0'],
    ],
    [
      'no conflict with a tenant that forbids itself more',
      [
        { priority: 1, pattern: 'x*', tenantId: 'tn-a' },
        { priority: 1, pattern: 'x*', effect: 'allow' },
      ],
      [],
    ],
    ['no conflict between priorities', [{ effect: 'allow', pattern: 'x*' }, { pattern: 'x*' }], []],
    [
      'names of providers without case',
      [
        { resourceType: 'provider', pattern: 'docker' },
        { resourceType: 'provider', pattern: 'DOCKER' },
      ],
      ['pol-1 duplicate pol-0'],
    ],
  ];
  for (const [name, list, expected] of table) {
    it(`reports ${name}`, () => expect(found(...list)).to.deep.equal(expected));
  }

  it('says what to do', () => {
    for (const { message } of lintPolicies([rule(), rule({ id: 'pol-2' })]))
      expect(message).to.match(/pol-1.*remove/);
  });

  it('reports rules only whose removal changes no decision, and allow rules only that never allow', () => {
    let reported = 0;
    fc.assert(
      fc.property(similarRules, fc.array(questions, { minLength: 15, maxLength: 15 }), (list, asked) => {
        for (const { code, ruleId } of lintPolicies(list)) {
          reported += 1;
          const [all, without] = [list, list.filter(({ id }) => id !== ruleId)].map(compilePolicySet);
          for (const question of asked) {
            const before = decide(all!, question);
            if (code === 'allow_without_effect') {
              expect([before.rule?.id, before.trial?.rule?.id]).not.to.include(ruleId);
            } else if (code !== 'conflicting') {
              expect(decide(without!, question), ruleId).to.deep.equal(before);
            }
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(reported).to.be.greaterThan(50);
  });
});

describe('compilePolicySet', () => {
  const refused: ReadonlyArray<readonly [string, object]> = [
    ['an empty id', { id: '' }],
    ['a tenant without an id', { tenantId: '' }],
    ['a missing tenant', { tenantId: undefined }],
    ['an unknown type', { resourceType: 'Image' }],
    ['an unknown effect', { effect: 'DENY' }],
    ['an unknown mode', { mode: undefined }],
    ['a priority that is no integer', { priority: 1.5 }],
    ['a priority that is no number', { priority: '1' }],
    ['a time that is none', { createdAt: new Date(Number.NaN) }],
    ['a pattern that is no text', { pattern: null }],
  ];
  for (const [name, fields] of refused) {
    it(`refuses ${name}`, () => {
      const broken = { ...rule(), ...fields } as PolicyRule;
      expect(() => compilePolicySet([broken]))
        .to.throw()
        .that.includes({ code: 'invalid_rule', ruleId: broken.id });
    });
  }

  it('refuses two rules with one id', () => {
    expect(() => compilePolicySet([rule(), rule()]))
      .to.throw()
      .that.includes({ code: 'invalid_rule', ruleId: 'pol-1' });
  });

  it('refuses a pattern that was stored without a check, and says whose it is', () => {
    expect(() => validatePattern('a[')).to.throw();
    expect(() => compilePolicySet([rule({ pattern: 'a[' })]))
      .to.throw()
      .that.includes({ code: 'invalid_pattern', ruleId: 'pol-1', position: 1 });
  });

  it('has a version that every field of a rule is part of', () => {
    const others: readonly Partial<PolicyRule>[] = [
      {},
      { id: 'pol-2' },
      { tenantId: 'tn-a' },
      { resourceType: 'network' },
      { effect: 'allow' },
      { pattern: 'alpine:latest' },
      { priority: 11 },
      { mode: 'warn' },
      { createdAt: new Date(0) },
    ];
    const versions = others.map((fields) => compilePolicySet([rule(fields)]).version);
    expect(new Set([...versions, compilePolicySet([]).version]).size).to.equal(others.length + 1);
    expect(versions[0]).to.equal('e06f242f108b601a98e552c642cfe99eaa3cf4ea801c55698072778118e5cc55');
  });

  it('is not changed by what happens to the rules afterwards', () => {
    const createdAt = new Date(5);
    const mine = { ...rule(), createdAt };
    const set = compilePolicySet([mine]);
    mine.pattern = 'busybox';
    createdAt.setTime(0);
    expect(set.rules[0]).to.deep.include({ pattern: 'alpine', createdAt: new Date(5) });
    expect(decide(set, { tenantId: null, type: 'image', value: 'alpine' }).allowed).to.equal(false);
  });
});
