import { expect } from 'chai';
import { type Authenticator, createAuthenticator } from '../src/authenticator.js';
import type { AuthErrorCode } from '../src/errors.js';
import type { BearerIdentity } from '../src/oidc/bearer-revocation.js';
import { createOidcVerifier, type OidcVerifier } from '../src/oidc/oidc-verifier.js';
import { LOCAL_PRINCIPAL, type Principal } from '../src/principal.js';
import { mintApiKey } from '../src/stored-keys/api-key-text.js';
import type { StoredApiKey } from '../src/stored-keys/key-store.js';
import { createSettableClock, type SettableClock } from './oidc/settable-clock.js';
import { keys, makeToken } from './signing-fixture.js';

const issuer = 'https://idp.example';
const adminApiKey = 'an-admin-key-0123456789';
const apiKey = 'an-api-key-0123456789';

describe('a recheck of callers', () => {
  const stored = mintApiKey();
  const start = new Date('2026-03-01T12:00:00Z');
  let clock: SettableClock;
  let row: StoredApiKey | undefined;
  let isAway: boolean;
  let questions: (readonly string[])[];
  let revoked: (bearer: BearerIdentity) => boolean;

  const oidc = (): OidcVerifier =>
    createOidcVerifier({
      issuer,
      audience: 'stacyvm',
      publicKey: keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      operatorGroups: ['ops'],
      clock,
      isRevoked: (bearer) => revoked(bearer),
    });
  const authenticatorWith = (options: Parameters<typeof createAuthenticator>[0] = {}): Authenticator =>
    createAuthenticator({
      apiKeys: { adminApiKey, apiKey },
      oidc: oidc(),
      keyStore: {
        findApiKey: async (hash) => (hash === stored.hash ? row : undefined),
        async findApiKeysById(ids) {
          questions.push(ids);
          if (isAway) throw new Error('away');
          return row === undefined ? [] : [row];
        },
      },
      clock,
      ...options,
    });
  const token = (claims: object = {}): string => {
    const at = start.getTime() / 1000;
    return makeToken({
      iss: issuer,
      aud: 'stacyvm',
      sub: 'ada',
      iat: at,
      exp: at + 300,
      jti: 't-1',
      groups: ['ops'],
      ...claims,
    });
  };
  const bearer = () => authenticatorWith().authenticate({ authorization: `Bearer ${token()}` });
  const key = (value: string) => authenticatorWith().authenticate({ 'x-api-key': value });
  /** The refusal, or the role that is left. */
  async function becomes(principal: Principal, of = authenticatorWith()): Promise<AuthErrorCode | string> {
    const [now] = await of.recheck([principal]);
    if (now === undefined) return 'nothing';
    return 'refusal' in now ? now.refusal.code : now.principal.role;
  }

  beforeEach(() => {
    clock = createSettableClock(start);
    row = { id: 'ak-1', tenant: 'tn-1', role: 'operator', name: 'ci' };
    isAway = false;
    questions = [];
    revoked = () => false;
  });

  it('leaves each as it was, in their order, and asks once for all keys', async () => {
    const all = [
      await bearer(),
      await key(stored.key),
      await key(apiKey),
      await key(adminApiKey),
      await key(stored.key),
    ];
    expect(await authenticatorWith().recheck(all)).to.deep.equal(all.map((principal) => ({ principal })));
    expect(questions).to.deep.equal([['ak-1']]);
  });

  it('asks nobody when there is no key of the database', async () => {
    await authenticatorWith().recheck([await bearer(), await key(apiKey)]);
    expect(questions).to.deep.equal([]);
  });

  for (const [name, change, code] of [
    ['revoked', { revokedAt: start }, 'api_key_revoked'],
    ['expired', { expiresAt: start }, 'api_key_expired'],
    ['given a role that it cannot have', { role: 'admin' }, 'api_key_invalid'],
    ['given a lower role', { role: 'viewer' }, 'viewer'],
  ] as const) {
    it(`knows a key that was ${name}`, async () => {
      const principal = await key(stored.key);
      row = { id: 'ak-1', tenant: 'tn-1', role: 'operator', name: 'ci', ...change };
      expect(await becomes(principal)).to.equal(code);
    });
  }

  it('knows a key that is gone', async () => {
    const principal = await key(stored.key);
    row = undefined;
    expect(await becomes(principal)).to.equal('api_key_invalid');
  });

  it('leaves keys as they were while the database does not answer, and no one else', async () => {
    const principals = [await key(stored.key), await bearer()];
    isAway = true;
    revoked = () => true;
    const [ofKey, ofToken] = await authenticatorWith().recheck(principals);
    expect(ofKey).to.deep.equal({ principal: principals[0] });
    expect(ofToken).to.have.nested.property('refusal.code', 'bearer_revoked');
  });

  it('knows a token that was revoked, by what names it', async () => {
    const principal = await bearer();
    revoked = ({ tokenId, subject }) => tokenId === 't-1' && subject === 'ada';
    expect(await becomes(principal)).to.equal('bearer_revoked');
    revoked = ({ tokenId }) => tokenId === 't-2';
    expect(await becomes(principal)).to.equal('operator');
  });

  it('does not mind that a token has expired since, which is refused to whoever shows it', async () => {
    const principal = await bearer();
    clock.advance(3_600_000);
    expect(await becomes(principal)).to.equal('operator');
    const refusal = await bearer().catch((error: { code: string }) => error.code);
    expect(refusal).to.equal('bearer_expired');
  });

  it('knows what the settings accept no longer', async () => {
    const [token, ofConfiguration, ofDatabase] = [await bearer(), await key(apiKey), await key(stored.key)];
    const other = authenticatorWith({ apiKeys: { adminApiKey }, oidc: undefined, keyStore: undefined });
    expect(await becomes(token, other)).to.equal('bearer_unsupported');
    expect(await becomes(ofConfiguration, other)).to.equal('api_key_invalid');
    expect(await becomes(ofDatabase, other)).to.equal('api_key_invalid');
    const elsewhere = authenticatorWith({
      oidc: createOidcVerifier({
        issuer: 'https://other.example',
        publicKey: keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        clock,
      }),
    });
    expect(await becomes(token, elsewhere)).to.equal('bearer_wrong_issuer');
  });

  it('gives a key of the configuration the role that it has by now', async () => {
    const fallback = authenticatorWith({ apiKeys: { apiKey, adminFallback: true } });
    const principal = await fallback.authenticate({ 'x-api-key': apiKey });
    expect(principal.role).to.equal('admin');
    expect(await becomes(principal)).to.equal('api');
  });

  it('refuses whoever was let in before credentials were asked for', async () => {
    const open = createAuthenticator({ clock });
    expect(await becomes(LOCAL_PRINCIPAL, open)).to.equal('admin');
    expect(await becomes(LOCAL_PRINCIPAL)).to.equal('api_key_missing');
  });
});
