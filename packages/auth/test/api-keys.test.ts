import { expect } from 'chai';
import { AuthError, createApiKeyAuthenticator, requireScope } from '../src/index.js';

const apiKey = `${'k'.repeat(12)}api-0123456789`;
const adminApiKey = `${'k'.repeat(12)}adm-0123456789`;

describe('createApiKeyAuthenticator', () => {
  const authenticator = createApiKeyAuthenticator({ apiKey, adminApiKey });

  const accepted: ReadonlyArray<readonly [string, Record<string, string>, string]> = [
    ['the API key in its own header', { 'x-api-key': apiKey }, 'api'],
    ['the admin key in its own header', { 'x-admin-api-key': adminApiKey }, 'admin'],
    ['the admin key in X-API-Key', { 'x-api-key': adminApiKey }, 'admin'],
    ['the API key in X-Admin-API-Key', { 'x-admin-api-key': apiKey }, 'api'],
    [
      'a good X-API-Key beside a bad X-Admin-API-Key',
      { 'x-admin-api-key': 'wrong', 'x-api-key': apiKey },
      'api',
    ],
    ['the admin header first', { 'x-admin-api-key': adminApiKey, 'x-api-key': apiKey }, 'admin'],
  ];
  for (const [name, headers, role] of accepted) {
    it(`accepts ${name} as ${role}`, () => {
      expect(authenticator.authenticate(headers).role).to.equal(role);
    });
  }

  const refused: ReadonlyArray<readonly [string, Record<string, string>, string]> = [
    ['no header', {}, 'api_key_missing'],
    ['an empty header', { 'x-api-key': '' }, 'api_key_missing'],
    ['a wrong key', { 'x-api-key': 'wrong' }, 'api_key_invalid'],
    ['a prefix of the key', { 'x-api-key': apiKey.slice(0, -1) }, 'api_key_invalid'],
    ['the key with space around it', { 'x-api-key': ` ${apiKey}` }, 'api_key_invalid'],
    [
      'a bearer token beside a good key',
      { authorization: 'Bearer x', 'x-api-key': apiKey },
      'bearer_unsupported',
    ],
  ];
  for (const [name, headers, code] of refused) {
    it(`refuses ${name} as ${code}`, () => {
      expect(() => authenticator.authenticate(headers))
        .to.throw(AuthError)
        .with.property('code', code);
    });
  }

  it('names the credential without containing it', () => {
    const principal = authenticator.authenticate({ 'x-api-key': apiKey });
    expect(principal.credentialId).to.match(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(principal)).not.to.contain(apiKey);
  });

  it('lets the API key be the admin key when that is asked for and there is none', () => {
    const fallback = (keys: { apiKey?: string; adminApiKey?: string }) =>
      createApiKeyAuthenticator({ ...keys, adminFallback: true }).authenticate({ 'x-api-key': apiKey }).role;
    expect(fallback({ apiKey })).to.equal('admin');
    expect(fallback({ apiKey, adminApiKey })).to.equal('api');
    expect(createApiKeyAuthenticator({ apiKey }).authenticate({ 'x-api-key': apiKey }).role).to.equal('api');
  });

  it('knows every caller as local when no key is configured', () => {
    const open = createApiKeyAuthenticator({});
    expect(open.configured).to.equal(false);
    expect(open.authenticate({ 'x-api-key': 'anything' }).kind).to.equal('local');
  });

  const refusedAtStart: ReadonlyArray<readonly [string, { apiKey?: string; adminApiKey?: string }, string]> =
    [
      ['a placeholder', { apiKey: 'change-me-please-change-me-please' }, 'placeholder_api_key'],
      ['a short key', { adminApiKey: 'short' }, 'weak_api_key'],
      ['an empty key', { apiKey: '' }, 'weak_api_key'],
      ['one key for both', { apiKey, adminApiKey: apiKey }, 'equal_api_keys'],
    ];
  for (const [name, options, code] of refusedAtStart) {
    it(`does not start with ${name}`, () => {
      expect(() => createApiKeyAuthenticator(options))
        .to.throw(AuthError)
        .with.property('code', code);
    });
  }
});

describe('requireScope', () => {
  const principal = createApiKeyAuthenticator({ apiKey }).authenticate({ 'x-api-key': apiKey });

  it('lets a granted scope pass', () => {
    expect(() => requireScope(principal, 'api:*')).not.to.throw();
  });

  it('does not read * as a wildcard', () => {
    expect(() => requireScope(principal, 'api:spawn'))
      .to.throw(AuthError)
      .with.property('code', 'missing_scope');
  });

  it('refuses a scope of another role', () => {
    expect(() => requireScope(principal, 'admin:*'))
      .to.throw(AuthError)
      .with.property('code', 'missing_scope');
  });
});
