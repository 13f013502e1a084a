import { expect } from 'chai';
import * as auth from '../src/index.js';

describe('@stacyvm/auth', () => {
  it('exports exactly its public face', () => {
    expect(Object.keys(auth).sort()).to.deep.equal([
      'AUTH_ERROR_CODES',
      'AuthError',
      'ROLE_SCOPES',
      'createApiKeyAuthenticator',
      'createAuthenticator',
      'createOidcVerifier',
      'httpStatusOf',
      'isPlaceholderKey',
      'requireScope',
    ]);
  });
});
