import { expect } from 'chai';
import * as providers from '../src/index.js';

describe('@stacyvm/providers', () => {
  it('exports what it promises', () => {
    expect(Object.keys(providers).sort()).to.deep.equal([
      'ProviderError',
      'createBubblewrapProvider',
      'createDockerProvider',
      'createMockProvider',
      'dockerOptions',
      'makeDirectory',
    ]);
  });
});
