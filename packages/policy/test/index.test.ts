import { expect } from 'chai';
import * as policy from '../src/index.js';

describe('@stacyvm/policy', () => {
  it('exports exactly its public face', () => {
    expect(Object.keys(policy).sort()).to.deep.equal([
      'MAX_PATTERN_LENGTH',
      'POLICY_EFFECTS',
      'POLICY_MODES',
      'PolicyError',
      'RESOURCE_TYPES',
      'compareRules',
      'compilePolicySet',
      'decide',
      'explain',
      'imageSpellings',
      'lintPolicies',
      'validatePattern',
    ]);
  });
});
