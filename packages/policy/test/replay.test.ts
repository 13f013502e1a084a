import { expect } from 'chai';
import fc from 'fast-check';
import {
  compilePolicySet,
  createPolicyReplay,
  decide,
  MAX_REPLAYED_CHANGES,
  type RecordedDecision,
} from '../src/index.js';
import { questions, rule, rules } from './policy-fixture.js';

const decided = (
  value: string,
  allowed: boolean,
  more: Partial<RecordedDecision> = {},
): RecordedDecision => ({
  tenantId: null,
  values: [{ type: 'image', value }],
  allowed,
  ruleIds: [],
  ...more,
});

describe('createPolicyReplay', () => {
  it('counts what would change, by rule and by tenant, and keeps each change once', () => {
    const replay = createPolicyReplay(compilePolicySet([rule({ id: 'pol-new' })]));
    replay.add(decided('alpine', true));
    replay.add(decided('alpine', true, { tenantId: 'tn-a' }));
    replay.add(decided('alpine', true, { tenantId: 'tn-a' }));
    replay.add(decided('alpine', false));
    replay.add(decided('busybox', false, { ruleIds: ['pol-old'] }));
    replay.add(decided('debian', true));
    const report = replay.report();
    expect(report).to.include({
      decisions: 6,
      changed: 4,
      newlyDenied: 3,
      newlyAllowed: 1,
      truncated: false,
    });
    expect(report.byReason).to.deep.equal([
      ['pol-new', 3],
      ['pol-old', 1],
    ]);
    expect(report.byTenant).to.deep.equal([
      ['', 2],
      ['tn-a', 2],
    ]);
    const shown = report.changes.map(({ was, becomes, because, count }) => [was, becomes, because, count]);
    expect(shown).to.deep.equal([
      ['allow', 'deny', 'pol-new', 2],
      ['allow', 'deny', 'pol-new', 1],
      ['deny', 'allow', 'pol-old', 1],
    ]);
  });

  it('denies a spawn of which one value is denied, and names the default where no rule does', () => {
    const replay = createPolicyReplay(
      compilePolicySet([rule({ effect: 'allow', resourceType: 'network', pattern: 'none' })]),
    );
    const values = [
      { type: 'image', value: 'alpine' },
      { type: 'network', value: 'bridge' },
    ] as const;
    replay.add(decided('', true, { values }));
    expect(replay.report().byReason).to.deep.equal([['default_denies', 1]]);
  });

  it('finds no change with the rules that decided, and the difference of any two sets', () => {
    fc.assert(
      fc.property(rules, rules, fc.array(questions), (before, after, asked) => {
        const [old, next] = [compilePolicySet(before), compilePolicySet(after)];
        const [same, other] = [createPolicyReplay(old), createPolicyReplay(next)];
        let different = 0;
        for (const question of asked) {
          const { allowed, rule: by } = decide(old, question);
          const { tenantId, type, value } = question;
          const ruleIds = by === undefined ? [] : [by.id];
          const decision = { tenantId, values: [{ type, value }], allowed, ruleIds };
          same.add(decision);
          other.add(decision);
          if (decide(next, question).allowed !== allowed) different += 1;
        }
        expect(same.report()).to.include({ decisions: asked.length, changed: 0 });
        expect(other.report().changed).to.equal(different);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps a bounded number of changes, and counts them all', () => {
    const replay = createPolicyReplay(compilePolicySet([rule({ pattern: '**' })]));
    for (let n = 0; n < MAX_REPLAYED_CHANGES + 5; n += 1) replay.add(decided(`image-${n}`, true));
    const { changes, changed, truncated } = replay.report();
    expect([changes.length, changed, truncated]).to.deep.equal([
      MAX_REPLAYED_CHANGES,
      MAX_REPLAYED_CHANGES + 5,
      true,
    ]);
  });
});
