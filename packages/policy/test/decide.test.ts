import { expect } from 'chai';
import fc from 'fast-check';
import { authorityOf, compilePolicySet, decide, explain, type PolicyRule } from '../src/index.js';
import { naiveVerdict } from './naive-policy.js';
import { DIGEST, questions, rule, rules, similarQuestions, similarRules } from './policy-fixture.js';

const ask = (list: readonly PolicyRule[], value: string, tenantId: string | null = 'tn-a') =>
  decide(compilePolicySet(list), { tenantId, type: list[0]?.resourceType ?? 'image', value });

describe('decide', () => {
  it('answers as a naive reading of the rules does, in every mode', () => {
    const reasons = new Set<string>();
    const modes = new Set<string>();
    const asked = fc.oneof(questions, similarQuestions);
    fc.assert(
      fc.property(fc.oneof(rules, similarRules), asked, (list, question) => {
        const decision = decide(compilePolicySet(list), question);
        const binding = naiveVerdict(list, question, 'enforce');
        reasons.add(decision.reason);
        modes.add(decision.mode);
        expect({ allowed: decision.allowed, ruleId: decision.rule?.id }).to.deep.equal(binding);
        const mode = (['warn', 'audit'] as const).find(
          (each) => naiveVerdict(list, question, each).allowed !== binding.allowed,
        );
        expect(decision.mode).to.equal(mode ?? 'enforce');
        const trial = mode && naiveVerdict(list, question, mode);
        expect(
          decision.trial && { allowed: decision.trial.allowed, ruleId: decision.trial.rule?.id },
        ).to.deep.equal(trial);
      }),
      { numRuns: 1_000 },
    );
    expect([reasons.size, modes.size], 'every kind of answer was among them').to.deep.equal([5, 3]);
  });

  it('answers alike whatever order the rules were loaded in', () => {
    fc.assert(
      fc.property(rules, questions, (list, question) => {
        const [one, other] = [compilePolicySet(list), compilePolicySet([...list].reverse())];
        expect(other.version).to.equal(one.version);
        expect(decide(other, question)).to.deep.equal(decide(one, question));
      }),
    );
  });

  it('is not changed by rules on trial', () => {
    fc.assert(
      fc.property(rules, questions, (list, question) => {
        const binding = list.filter(({ mode }) => mode === 'enforce');
        expect(decide(compilePolicySet(list), question).allowed).to.equal(
          decide(compilePolicySet(binding), question).allowed,
        );
      }),
    );
  });

  describe('order', () => {
    const deny = rule({ id: 'pol-deny', effect: 'deny' });
    const allow = rule({ id: 'pol-allow', effect: 'allow', createdAt: new Date(0) });
    const first: ReadonlyArray<readonly [string, readonly PolicyRule[], string]> = [
      ['a lower priority first', [deny, { ...allow, priority: 9 }], 'pol-allow'],
      [
        'a negative priority before zero',
        [
          { ...deny, priority: 0 },
          { ...allow, priority: -1 },
        ],
        'pol-allow',
      ],
      ['deny before an older allow of the same priority', [allow, deny], 'pol-deny'],
      ['the older of two', [deny, rule({ id: 'pol-old', createdAt: new Date(0) })], 'pol-old'],
      ['the lower id of two of one age', [deny, rule({ id: 'pol-a' })], 'pol-a'],
      [
        'a global rule among those of the platform for a tenant',
        [
          { ...deny, tenantId: 'tn-a', priority: -2 },
          { ...allow, priority: -3 },
        ],
        'pol-allow',
      ],
      [
        'what the platform has for a tenant before its global rules',
        [{ ...allow, tenantId: 'tn-a', priority: -1 }, deny],
        'pol-allow',
      ],
    ];
    for (const [name, list, winner] of first) {
      it(`reads ${name}`, () => expect(ask(list, 'alpine').rule?.id).to.equal(winner));
    }
  });

  describe('the own rules of a tenant', () => {
    const own = (fields: Partial<PolicyRule>) =>
      rule({ id: 'pol-own', tenantId: 'tn-a', priority: 0, ...fields });
    const cases: ReadonlyArray<readonly [string, readonly PolicyRule[], boolean, string | undefined]> = [
      [
        'cannot allow what a global rule denies, whatever the priority',
        [rule({ priority: 1_000_000 }), own({ effect: 'allow', pattern: '**' })],
        false,
        'pol-1',
      ],
      [
        'cannot allow what no global rule allows',
        [rule({ effect: 'allow', pattern: 'busybox' }), own({ effect: 'allow' })],
        false,
        undefined,
      ],
      [
        'can deny what a global rule allows first',
        [rule({ effect: 'allow', pattern: '**', priority: -5 }), own({ priority: 100 })],
        false,
        'pol-own',
      ],
      [
        'close the type to the tenant as soon as they allow something',
        [rule({ effect: 'allow', pattern: '**' }), own({ effect: 'allow', pattern: 'busybox' })],
        false,
        undefined,
      ],
      [
        'allow together with the global ones',
        [rule({ effect: 'allow', pattern: '**' }), own({ effect: 'allow', pattern: 'al*' })],
        true,
        'pol-1',
      ],
      ['allow alone where nothing else is said', [own({ effect: 'allow' })], true, 'pol-own'],
    ];
    for (const [name, list, allowed, ruleId] of cases) {
      it(name, () => {
        const decision = ask(list, 'alpine');
        expect([decision.allowed, decision.rule?.id]).to.deep.equal([allowed, ruleId]);
      });
    }

    it('say nothing to other tenants', () => {
      expect(ask([own({})], 'alpine', 'tn-b').allowed).to.equal(true);
      expect(ask([own({})], 'alpine', null).allowed).to.equal(true);
    });

    it('never make a tenant freer than it is without them', () => {
      fc.assert(
        fc.property(fc.oneof(rules, similarRules), questions, (list, question) => {
          const platform = list.filter((each) => authorityOf(each) === 'platform');
          const without = decide(compilePolicySet(platform), question);
          const decision = decide(compilePolicySet(list), question);
          if (!without.allowed) expect(decision.allowed).to.equal(false);
          if (!decision.allowed) {
            expect(decision.authority).to.equal(without.allowed ? 'tenant' : 'platform');
          }
        }),
        { numRuns: 1_000 },
      );
    });
  });

  describe('when no rule matches', () => {
    it('allows without any rule', () => {
      expect(ask([], 'alpine')).to.deep.equal({
        allowed: true,
        authority: 'platform',
        default: 'allow',
        reason: 'default_allows',
        mode: 'enforce',
      });
    });
    it('allows when there are deny rules alone', () => {
      expect(ask([rule()], 'busybox')).to.include({ allowed: true, reason: 'default_allows' });
    });
    it('denies as soon as an allow rule applies', () => {
      expect(ask([rule({ effect: 'allow' })], 'busybox')).to.include({
        allowed: false,
        reason: 'default_denies',
      });
    });
    it('allows when the allow rules are of another tenant or another type', () => {
      const elsewhere = [
        rule({ effect: 'allow', tenantId: 'tn-b' }),
        rule({ id: 'pol-2', effect: 'allow', resourceType: 'provider' }),
      ];
      expect(ask(elsewhere, 'busybox').allowed).to.equal(true);
      expect(ask(elsewhere, 'busybox', null).allowed).to.equal(true);
    });
  });

  describe('on trial', () => {
    const trialDeny = rule({ id: 'pol-trial', mode: 'warn', priority: 1 });
    it('lets a request pass that a rule in mode warn denies, and says so', () => {
      const decision = ask([trialDeny], 'alpine');
      expect(decision).to.include({ allowed: true, mode: 'warn' });
      expect(decision.trial).to.include({ allowed: false, reason: 'rule_denies' });
    });
    it('is not opened by a rule on trial before the one that denies', () => {
      const allow = rule({ id: 'pol-trial', mode: 'audit', effect: 'allow', priority: 1 });
      const decision = ask([allow, rule()], 'alpine');
      expect(decision).to.include({ allowed: false, mode: 'audit' });
      expect(decision.trial?.rule?.id).to.equal('pol-trial');
    });
    it('is not closed by an allow rule on trial', () => {
      const decision = ask([rule({ effect: 'allow', mode: 'warn' })], 'busybox');
      expect(decision).to.include({ allowed: true, mode: 'warn', default: 'allow' });
      expect(decision.trial).to.include({ allowed: false, reason: 'default_denies', default: 'deny' });
    });
  });

  describe('a digest', () => {
    const pinned: ReadonlyArray<readonly ['allow' | 'deny', string, string, boolean]> = [
      ['deny', 'alpine', `alpine@${DIGEST}`, false],
      ['deny', 'alpine:3.19', `docker.io/library/alpine:3.19@${DIGEST}`, false],
      ['deny', 'alpine', `alpine:3.19@${DIGEST}`, false],
      ['deny', '**:latest', `alpine@${DIGEST}`, true],
      ['deny', `alpine:3.19@${DIGEST}`, `alpine:3.20@${DIGEST}`, false],
      ['deny', 'docker.io:0443/alpine', 'alpine', false],
      ['allow', 'alpine', `alpine@${DIGEST}`, false],
      ['allow', 'alpine:3.19', `alpine:3.19@${DIGEST}`, false],
      ['allow', 'alpine@*', `library/alpine:3.19@${DIGEST}`, true],
      ['allow', `alpine@${DIGEST}`, `index.docker.io/alpine:latest@${DIGEST}`, true],
    ];
    for (const [effect, pattern, value, allowed] of pinned) {
      it(`${effect} ${pattern.slice(0, 20)} ${allowed ? 'lets' : 'does not let'} ${value.slice(0, 40)} pass`, () => {
        expect(ask([rule({ effect, pattern })], value).allowed).to.equal(allowed);
      });
    }
  });

  describe('a value that cannot be read', () => {
    const unreadable = [
      '',
      ' ',
      'alp\u0000ine',
      'alpine latest',
      'al\u0440ine',
      'a/B',
      'a//b',
      DIGEST,
      `${'a'.repeat(600)}`,
    ];
    for (const value of unreadable) {
      it(`is denied once there is a rule: ${JSON.stringify(value.slice(0, 20))}`, () => {
        expect(ask([rule({ pattern: 'busybox' })], value)).to.include({
          allowed: false,
          reason: 'invalid_value',
        });
        expect(ask([rule({ pattern: '**', effect: 'allow' })], value).allowed).to.equal(false);
        expect(ask([], value).allowed).to.equal(true);
      });
    }
    it('is denied on trial alone by a rule on trial', () => {
      expect(ask([rule({ mode: 'warn' })], 'a//b')).to.include({ allowed: true, mode: 'warn' });
    });
    for (const value of ['', 'dock\ter', 'd\u00f6cker', 'dock\u0000er', 'a'.repeat(256)]) {
      it(`is no name of a provider: ${JSON.stringify(value.slice(0, 20))}`, () => {
        expect(ask([rule({ resourceType: 'provider', pattern: 'x' })], value).reason).to.equal(
          'invalid_value',
        );
      });
    }
  });

  describe('providers and networks', () => {
    for (const resourceType of ['provider', 'network'] as const) {
      it(`compares the name of a ${resourceType} without white space around it and without case`, () => {
        expect(ask([rule({ resourceType, pattern: 'Doc[K-K]er' })], ' DOCKER\n').allowed).to.equal(false);
        expect(ask([rule({ resourceType, pattern: '[!D]ocker' })], 'docker').allowed).to.equal(true);
      });
    }
    it('has no spellings of images', () => {
      expect(
        ask([rule({ resourceType: 'network', pattern: 'host' })], 'docker.io/library/host').allowed,
      ).to.equal(true);
    });
  });

  it('refuses questions that are none', () => {
    const set = compilePolicySet([rule({ tenantId: 'x tn-a' })]);
    const question = { tenantId: 'tn-a', type: 'image', value: 'alpine' } as const;
    expect(() => decide(set, { ...question, tenantId: '' })).to.throw(TypeError);
    expect(() => decide(set, { ...question, type: 'image x' as 'image' })).to.throw(TypeError);
    expect(() => decide(set, { ...question, value: undefined as unknown as string })).to.throw(TypeError);
  });
});

describe('explain', () => {
  it('has the decision of decide, and a reason for every rule of the tenant', () => {
    fc.assert(
      fc.property(rules, questions, (list, question) => {
        const set = compilePolicySet(list);
        const explanation = explain(set, question);
        expect(explanation.decision).to.deep.equal(decide(set, question));
        const theirs = set.rules.filter(
          ({ tenantId }) => tenantId === null || tenantId === question.tenantId,
        );
        expect(explanation.rules.map((each) => each.rule)).to.deep.equal(theirs);
        for (const { rule: each, outcome, spelling } of explanation.rules) {
          expect(outcome === 'other_type').to.equal(each.resourceType !== question.type);
          const decides = outcome === 'decides' || outcome === 'decides_on_trial';
          const matches = decides || outcome === 'too_late' || outcome === 'cannot_allow';
          expect(spelling !== undefined).to.equal(matches);
          expect(outcome === 'decides').to.equal(explanation.decision.rule?.id === each.id);
        }
      }),
    );
  });

  it('tells winner, default, and what became of the others', () => {
    const set = compilePolicySet([
      rule({ id: 'pol-1', pattern: 'busybox', priority: 1 }),
      rule({ id: 'pol-2', pattern: 'docker.io/**', effect: 'allow', priority: 2, mode: 'audit' }),
      rule({ id: 'pol-3', pattern: 'library/*', priority: 3 }),
      rule({ id: 'pol-4', pattern: '**', effect: 'allow', priority: 4 }),
      rule({ id: 'pol-5', pattern: 'docker', resourceType: 'provider' }),
      rule({ id: 'pol-6', tenantId: 'tn-b' }),
    ]);
    const told = explain(set, { tenantId: 'tn-a', type: 'image', value: `alpine@${DIGEST}` });
    expect(told.decision).to.include({
      allowed: false,
      default: 'deny',
      mode: 'audit',
      reason: 'rule_denies',
    });
    expect(told.rules.map((each) => [each.rule.id, each.outcome])).to.deep.equal([
      ['pol-1', 'no_match'],
      ['pol-2', 'decides_on_trial'],
      ['pol-3', 'decides'],
      ['pol-4', 'too_late'],
      ['pol-5', 'other_type'],
    ]);
    expect(told.decision.spelling).to.equal(`library/alpine@${DIGEST}`);
    expect(told.spellings[0]).to.equal(`docker.io/library/alpine@${DIGEST}`);
    expect(told.deniableSpellings).to.include('alpine').and.not.include('alpine:latest');
    expect(told.version).to.equal(set.version);
  });

  it('tells what a tenant cannot allow itself', () => {
    const set = compilePolicySet([
      rule({ id: 'pol-1' }),
      rule({ id: 'pol-2', tenantId: 'tn-a', effect: 'allow', priority: 0 }),
      rule({ id: 'pol-3', tenantId: 'tn-a', priority: 1 }),
    ]);
    const told = explain(set, { tenantId: 'tn-a', type: 'image', value: 'alpine' });
    expect(told.rules.map((each) => [each.rule.id, each.authority, each.outcome])).to.deep.equal([
      ['pol-1', 'platform', 'decides'],
      ['pol-2', 'tenant', 'cannot_allow'],
      ['pol-3', 'tenant', 'too_late'],
    ]);
  });

  it('says that a value cannot be read', () => {
    const told = explain(compilePolicySet([rule()]), { tenantId: null, type: 'image', value: 'a b' });
    expect(told.rules.map(({ outcome }) => outcome)).to.deep.equal(['invalid_value']);
    expect(told.spellings).to.deep.equal([]);
  });
});
