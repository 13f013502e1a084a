import { expect } from 'chai';
import * as policy from '../src/index.js';

describe('@stacyvm/policy', () => {
  it('exports exactly its public face', () => {
    expect(Object.keys(policy).sort()).to.deep.equal([
      'FIRST_TENANT_PRIORITY',
      'MAX_PATTERN_LENGTH',
      'MAX_REPLAYED_CHANGES',
      'POLICY_EFFECTS',
      'POLICY_MODES',
      'PolicyError',
      'RESOURCE_TYPES',
      'authorityOf',
      'compareRules',
      'compilePolicySet',
      'createPolicyReplay',
      'decide',
      'explain',
      'imageSpellings',
      'lintPolicies',
      'validatePattern',
    ]);
  });
});
