import { expect } from 'chai';
import { createAuthenticator } from '../src/authenticator.js';
import { createOidcVerifier } from '../src/oidc/oidc-verifier.js';
import { expectRefusal } from './auth-error.js';
import { keys, makeToken } from './signing-fixture.js';

const apiKey = `${'k'.repeat(12)}api-0123456789`;
const adminApiKey = `${'k'.repeat(12)}adm-0123456789`;
const issuer = 'https://idp.example';
const now = new Date('2026-03-01T12:00:00Z');
const oidc = createOidcVerifier({
  issuer,
  publicKey: keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  viewerGroups: ['staff'],
  clock: () => now,
});
const claims = { iss: issuer, sub: 'ada', exp: now.getTime() / 1000 + 300, groups: ['staff'] };
const token = makeToken(claims);

describe('createAuthenticator', () => {
  describe('with API keys and OIDC', () => {
    const authenticator = createAuthenticator({ apiKeys: { apiKey, adminApiKey }, oidc });

    const accepted: ReadonlyArray<readonly [string, Record<string, string>, string]> = [
      ['a token', { authorization: `Bearer ${token}` }, 'oidc:ada'],
      ['a token with the scheme in another case', { authorization: `bEARER ${token}` }, 'oidc:ada'],
      ['a token after several spaces', { authorization: `Bearer   ${token}` }, 'oidc:ada'],
      [
        'a token beside an admin key',
        { authorization: `Bearer ${token}`, 'x-api-key': adminApiKey },
        'oidc:ada',
      ],
      ['a token beside a wrong key', { authorization: `Bearer ${token}`, 'x-api-key': 'wrong' }, 'oidc:ada'],
    ];
    for (const [name, headers, id] of accepted) {
      it(`accepts ${name} as the caller of the token`, async () => {
        expect((await authenticator.authenticate(headers)).id).to.equal(id);
      });
    }

    it('accepts an API key without a token', async () => {
      expect((await authenticator.authenticate({ 'x-api-key': adminApiKey })).role).to.equal('admin');
    });

    it('leaves other schemes to whom they are for', async () => {
      const headers = { authorization: 'Basic YTpi', 'x-api-key': apiKey };
      expect((await authenticator.authenticate(headers)).role).to.equal('api');
    });

    it('refuses who presents nothing', () =>
      expectRefusal('api_key_missing', () => authenticator.authenticate({})));

    for (const [name, authorization] of [
      ['a bad token', 'Bearer x.y.z'],
      ['a token without its signature', `Bearer ${token.split('.').slice(0, 2).join('.')}`],
      ['no token', 'Bearer'],
      ['only a space', 'Bearer '],
      ['a tab for a space', `Bearer\t${token}`],
      ['two tokens', `Bearer ${token} ${token}`],
      ['an API key', `Bearer ${apiKey}`],
    ] as const) {
      it(`refuses Bearer with ${name}, even beside a good admin key`, () =>
        expectRefusal('bearer_malformed', () =>
          authenticator.authenticate({ authorization, 'x-admin-api-key': adminApiKey }),
        ));
    }

    it('refuses a token without a role, even beside a good admin key', () =>
      expectRefusal('no_role', () =>
        authenticator.authenticate({
          authorization: `Bearer ${makeToken({ ...claims, groups: [] })}`,
          'x-api-key': adminApiKey,
        }),
      ));
  });

  describe('with API keys alone', () => {
    const authenticator = createAuthenticator({ apiKeys: { apiKey } });

    it('does not accept tokens', () =>
      expectRefusal('bearer_unsupported', () =>
        authenticator.authenticate({ authorization: `Bearer ${token}`, 'x-api-key': apiKey }),
      ));
  });

  describe('with OIDC alone', () => {
    const authenticator = createAuthenticator({ oidc });

    it('is configured', () => {
      expect(authenticator.configured).to.equal(true);
    });

    it('accepts tokens', async () => {
      const headers = { authorization: `Bearer ${token}` };
      expect((await authenticator.authenticate(headers)).role).to.equal('viewer');
    });

    it('knows nobody without a token', () =>
      expectRefusal('api_key_missing', () => authenticator.authenticate({})));

    it('knows nobody by an API key', () =>
      expectRefusal('api_key_invalid', () => authenticator.authenticate({ 'x-api-key': apiKey })));
  });

  for (const [name, options] of [
    ['nothing is configured', {}],
    ['authentication is switched off', { enabled: false, apiKeys: { apiKey }, oidc }],
  ] as const) {
    it(`knows every caller as local when ${name}`, async () => {
      const authenticator = createAuthenticator(options);
      expect(authenticator.configured).to.equal(false);
      expect((await authenticator.authenticate({ authorization: 'Bearer x' })).kind).to.equal('local');
    });
  }

  it('does not start with a bad key, even switched off', () =>
    expectRefusal('placeholder_api_key', () =>
      createAuthenticator({ enabled: false, apiKeys: { apiKey: 'CHANGE-ME-CHANGE-ME' } }),
    ));
});
