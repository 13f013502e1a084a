import { expect } from 'chai';
import * as policies from '../../src/policies/index.js';

describe('@stacyvm/config/policies', () => {
  it('exports these names and no others', () => {
    expect(Object.keys(policies).sort()).to.deep.equal([
      'MAX_FILE_RULES',
      'readPolicyCases',
      'readPolicyFiles',
    ]);
  });
});
