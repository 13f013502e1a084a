import { expect } from 'chai';
import * as api from '../src/index.js';

describe('@stacyvm/api', () => {
  it('exports what it promises and nothing else', () => {
    expect(Object.keys(api).sort()).to.deep.equal([
      'ApiError',
      'createApiClient',
      'credentialExplanation',
      'listOperations',
      'openApiDocument',
    ]);
  });
});
