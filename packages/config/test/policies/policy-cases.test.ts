import { expect } from 'chai';
import { ConfigError, describeProblem } from '../../src/index.js';
import { readPolicyCases } from '../../src/policies/index.js';
import { SettingsScratch } from '../settings-scratch.js';

describe('readPolicyCases', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('reads questions and what is expected', () => {
    const path = scratch.write(
      'cases.yaml',
      `cases:
  - { image: "alpine:3.1", expect: deny, rule: "file:base.yaml#1" }
  - name: the default provider
    provider: bubblewrap
    tenant: tn-a
    expect: allow
`,
    );
    expect(readPolicyCases(path)).to.deep.equal([
      {
        name: 'image alpine:3.1',
        question: { tenantId: null, type: 'image', value: 'alpine:3.1' },
        expect: 'deny',
        rule: 'file:base.yaml#1',
        line: 2,
      },
      {
        name: 'the default provider',
        question: { tenantId: 'tn-a', type: 'provider', value: 'bubblewrap' },
        expect: 'allow',
        rule: undefined,
        line: 3,
      },
    ]);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['no case', 'cases: []', 'has no case'],
    ['a case without a question', 'cases: [{ expect: allow }]', 'exactly one of them'],
    ['two questions in one', 'cases: [{ image: a, provider: b, expect: allow }]', 'exactly one of them'],
    ['a case without an answer', 'cases: [{ image: a }]', 'expect is missing; it must be one of allow, deny'],
    ['a field that does not exist', 'cases: [{ image: a, expect: allow, why: b }]', '"why" is not known'],
    [
      'a tenant without a name',
      'cases: [{ image: a, expect: allow, tenant: "" }]',
      'tenant must not be empty',
    ],
  ];
  for (const [name, text, message] of refused) {
    it(`refuses ${name}`, () => {
      const path = scratch.write('cases.yaml', text);
      try {
        readPolicyCases(path);
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError);
        expect((error as ConfigError).problems.map(describeProblem).join()).to.contain(message);
        return;
      }
      throw new Error('it was accepted');
    });
  }
});
