import { expect } from 'chai';
import { type AuthenticatorOptions, createAuthenticator } from '../../src/authenticator.js';
import type { AuthErrorCode } from '../../src/errors.js';
import { createOidcVerifier } from '../../src/oidc/oidc-verifier.js';
import { requireScope } from '../../src/principal.js';
import { mintApiKey } from '../../src/stored-keys/api-key-text.js';
import type { KeyStore, StoredApiKey } from '../../src/stored-keys/key-store.js';
import { expectRefusal } from '../auth-error.js';
import { createSettableClock } from '../oidc/settable-clock.js';
import { keys, makeToken } from '../signing-fixture.js';

const clock = createSettableClock();
const adminApiKey = 'an-admin-key-0123456789';
const tenantKey = mintApiKey();
const automationKey = mintApiKey();

function authenticatorWith(
  rows: ReadonlyArray<readonly [{ readonly hash: string }, StoredApiKey]>,
  options: AuthenticatorOptions = { apiKeys: { adminApiKey } },
) {
  const byHash = new Map(rows.map(([{ hash }, row]) => [hash, row]));
  return createAuthenticator({
    clock,
    keyStore: { findApiKey: async (hash) => byHash.get(hash), findApiKeysById: async () => [] },
    ...options,
  });
}

function keyStoreThatFails(message: string): KeyStore {
  const fail = () => Promise.reject(new Error(message));
  return { findApiKey: fail, findApiKeysById: fail };
}

const row: StoredApiKey = { id: 'ak-1', tenant: 'tn-1', role: 'operator', name: 'ci' };
const authenticator = authenticatorWith([
  [tenantKey, row],
  [automationKey, { id: 'ak-2', role: 'admin', name: 'terraform' }],
]);

describe('keys of the database', () => {
  for (const [name, headers] of [
    ['X-API-Key', { 'x-api-key': tenantKey.key }],
    ['X-Admin-API-Key', { 'x-admin-api-key': tenantKey.key }],
    ['a bearer token', { authorization: `Bearer ${tenantKey.key}` }],
    [
      'X-API-Key beside another key that is wrong',
      { 'x-api-key': tenantKey.key, 'x-admin-api-key': 'wrong' },
    ],
  ] as const) {
    it(`are taken from ${name}`, async () => {
      expect(await authenticator.authenticate(headers)).to.deep.equal({
        kind: 'tenant_key',
        id: 'key:ak-1',
        role: 'operator',
        scopes: ['read:*', 'api:*', 'operator:*'],
        credentialId: tenantKey.hash.slice(0, 16),
        keyId: 'ak-1',
        tenant: 'tn-1',
      });
    });
  }

  it('without a tenant are keys of the platform', async () => {
    const principal = await authenticator.authenticate({ 'x-api-key': automationKey.key });
    expect(principal).to.deep.include({ kind: 'api_key', id: 'key:ak-2', role: 'admin' });
    expect(principal).not.to.have.property('tenant');
  });

  it('leave the keys of the configuration as they are', async () => {
    expect(await authenticator.authenticate({ 'x-api-key': adminApiKey })).to.include({ role: 'admin' });
  });

  it('work beside OIDC, which sees every other bearer token', async () => {
    const issuer = 'https://idp.example';
    const publicKey = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const oidc = createOidcVerifier({ issuer, publicKey, defaultRole: 'viewer', clock });
    const both = authenticatorWith([[tenantKey, row]], { oidc });
    const token = makeToken({ iss: issuer, sub: 'ada', exp: clock().getTime() / 1000 + 60 });
    expect(await both.authenticate({ authorization: `Bearer ${token}` })).to.include({ id: 'oidc:ada' });
    expect(await both.authenticate({ authorization: `Bearer ${tenantKey.key}` })).to.include({
      id: 'key:ak-1',
    });
  });

  it('alone are a credential that callers must present', async () => {
    const alone = authenticatorWith([[tenantKey, row]], {});
    expect(alone.configured).to.equal(true);
    await expectRefusal('api_key_missing', () => alone.authenticate({}));
    await expectRefusal('bearer_unsupported', () => alone.authenticate({ authorization: 'Bearer a.b.c' }));
  });

  it('are no bearer tokens where there is no database', async () => {
    const without = createAuthenticator({ apiKeys: { adminApiKey } });
    const headers = { authorization: `Bearer ${tenantKey.key}` };
    await expectRefusal('bearer_unsupported', () => without.authenticate(headers));
    await expectRefusal('api_key_invalid', () => without.authenticate({ 'x-api-key': tenantKey.key }));
  });

  it('refused as a bearer token are not made good by a key beside it', () =>
    expectRefusal('api_key_invalid', () =>
      authenticator.authenticate({ authorization: `Bearer ${mintApiKey().key}`, 'x-api-key': adminApiKey }),
    ));

  const refused: ReadonlyArray<readonly [string, Partial<StoredApiKey>, AuthErrorCode]> = [
    ['a revoked key', { revokedAt: new Date(0) }, 'api_key_revoked'],
    ['a key that expires now', { expiresAt: clock() }, 'api_key_expired'],
    ['a key that is both', { revokedAt: new Date(0), expiresAt: new Date(0) }, 'api_key_revoked'],
    ['a key of a tenant that says admin', { role: 'admin' }, 'api_key_invalid'],
    [
      'a key of the platform that says tenant_admin',
      { role: 'tenant_admin', tenant: undefined },
      'api_key_invalid',
    ],
    ['a role that does not exist', { role: 'root' as 'admin', tenant: undefined }, 'api_key_invalid'],
  ];
  for (const [name, changes, code] of refused) {
    it(`are refused: ${name} is ${code}`, async () => {
      const { authenticate, explain } = authenticatorWith([[tenantKey, { ...row, ...changes }]]);
      const error = await expectRefusal(code, () => authenticate({ 'x-api-key': tenantKey.key }));
      const told = `${error.message} ${error.detail} ${JSON.stringify(await explain({ apiKey: tenantKey.key }))}`;
      expect(told).not.to.include(tenantKey.key.slice(17, 81));
      expect(told).not.to.include(tenantKey.hash);
    });
  }

  it('expire while they are used', async () => {
    const expiresAt = new Date(clock().getTime() + 1_000);
    const { authenticate } = authenticatorWith([[tenantKey, { ...row, expiresAt }]]);
    await authenticate({ 'x-api-key': tenantKey.key });
    clock.advance(1_000);
    await expectRefusal('api_key_expired', () => authenticate({ 'x-api-key': tenantKey.key }));
  });

  it('are refused without the database when they are mistyped', async () => {
    const { authenticate } = createAuthenticator({
      keyStore: keyStoreThatFails('it was asked'),
    });
    await expectRefusal('api_key_malformed', () => authenticate({ 'x-api-key': tenantKey.key.slice(0, -1) }));
  });

  it('are answered with api_keys_unavailable while the database is away, and the others go on', async () => {
    const { authenticate } = createAuthenticator({
      apiKeys: { adminApiKey },
      keyStore: keyStoreThatFails('away'),
    });
    await expectRefusal('api_keys_unavailable', () => authenticate({ 'x-api-key': tenantKey.key }));
    expect((await authenticate({ 'x-api-key': adminApiKey })).role).to.equal('admin');
  });

  it('let a tenant administrator administrate the tenant, and nothing else', async () => {
    const { authenticate } = authenticatorWith([[tenantKey, { ...row, role: 'tenant_admin' }]]);
    const principal = await authenticate({ 'x-api-key': tenantKey.key });
    requireScope(principal, 'tenant:admin');
    await expectRefusal('missing_scope', () => requireScope(principal, 'admin:*'));
  });

  it('of an operator do not administrate the tenant', async () => {
    const principal = await authenticator.authenticate({ 'x-api-key': tenantKey.key });
    await expectRefusal('missing_scope', () => requireScope(principal, 'tenant:admin'));
  });

  it('of the platform with the role admin administrate tenants as well', async () => {
    requireScope(await authenticator.authenticate({ 'x-api-key': automationKey.key }), 'tenant:admin');
  });
});

describe('explain', () => {
  it('shows every check of a key of the database', async () => {
    const { checks, ...verdict } = await authenticator.explain({ apiKey: tenantKey.key });
    expect(checks.map(({ name, ok, detail }) => `${name} ${ok}: ${detail}`)).to.deep.equal([
      `form true: a key of the database, prefix ${tenantKey.prefix}`,
      'key true: ak-1, "ci"',
      'revocation true: not revoked',
      'lifetime true: it does not expire',
      'tenant true: tn-1',
      'role true: operator',
    ]);
    expect(verdict).to.have.nested.property('principal.id', 'key:ak-1');
    expect(await authenticator.explain({ token: tenantKey.key })).to.deep.equal({ checks, ...verdict });
  });

  it('shows a key of the configuration', async () => {
    const { checks, accepted } = await authenticator.explain({ apiKey: adminApiKey });
    expect(checks.map(({ name }) => name)).to.deep.equal(['key', 'role']);
    expect(accepted).to.equal(true);
  });

  it('ends with the check that failed', async () => {
    const { key } = mintApiKey();
    const explanation = await authenticator.explain({ apiKey: key });
    expect(explanation).to.include({ accepted: false, reason: 'api_key_invalid' });
    expect(explanation.checks.map(({ name, ok }) => `${name} ${ok}`)).to.deep.equal([
      'form true',
      'key false',
    ]);
    expect(JSON.stringify(explanation)).not.to.include(key.slice(17));
  });

  it('tells that bearer tokens are not accepted', async () => {
    expect(await authenticator.explain({ token: 'a.b.c' })).to.include({ reason: 'bearer_unsupported' });
  });
});
