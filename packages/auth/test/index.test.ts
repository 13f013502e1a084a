import { expect } from 'chai';
import * as auth from '../src/index.js';

describe('@stacyvm/auth', () => {
  it('exports exactly its public face', () => {
    expect(Object.keys(auth).sort()).to.deep.equal([
      'AUTH_ERROR_CODES',
      'AuthError',
      'PLATFORM_KEY_ROLES',
      'ROLE_SCOPES',
      'TENANT_KEY_ROLES',
      'createApiKeyAuthenticator',
      'createAuthenticator',
      'createFailedLogins',
      'createOidcVerifier',
      'httpStatusOf',
      'isPlaceholderKey',
      'looksLikeApiKey',
      'mintApiKey',
      'oidcOptionsOf',
      'parseApiKey',
      'requireScope',
      'traceCredentials',
    ]);
  });
});
