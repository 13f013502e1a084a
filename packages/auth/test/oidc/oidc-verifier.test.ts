import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { AuthErrorCode } from '../../src/errors.js';
import type { OidcOptions } from '../../src/oidc/oidc-options.js';
import { createOidcVerifier } from '../../src/oidc/oidc-verifier.js';
import type { CredentialExplanation } from '../../src/trail.js';
import { expectRefusal } from '../auth-error.js';
import { base64url, hmacToken, keys, makeToken, signText, type TokenOptions } from '../signing-fixture.js';
import { createRecordingLogger } from './recording-logger.js';

const issuer = 'https://idp.example';
const now = new Date('2026-03-01T12:00:00Z');
const at = now.getTime() / 1000;
const pem = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const good = { iss: issuer, aud: 'stacyvm', sub: 'ada', iat: at, exp: at + 300, groups: ['ops'] };
const options: OidcOptions = {
  issuer,
  audience: 'stacyvm',
  publicKey: pem,
  operatorGroups: ['ops'],
  clock: () => now,
};

const verifierOf = (changes: Partial<OidcOptions> = {}) => createOidcVerifier({ ...options, ...changes });
const token = (claims: object = {}, how?: TokenOptions) => makeToken({ ...good, ...claims }, how);

describe('createOidcVerifier', () => {
  it('tells whose token it is', async () => {
    const bearer = token({ tenant_id: 'tn-1' });
    expect(await verifierOf().verifyBearer(bearer)).to.deep.equal({
      kind: 'oidc',
      id: 'oidc:ada',
      role: 'operator',
      scopes: ['read:*', 'api:*', 'operator:*'],
      credentialId: createHash('sha256').update(bearer).digest('hex').slice(0, 16),
      tenant: 'tn-1',
      issuer,
      bearer: { issuer, subject: 'ada', issuedAt: now, tokenId: undefined, sessionId: undefined },
    });
  });

  it('gives no tenant without the claim', async () => {
    expect(await verifierOf().verifyBearer(token())).not.to.have.property('tenant');
  });

  it('takes groups and tenant from the claims that are configured', async () => {
    const verifier = verifierOf({ groupsClaim: 'https://idp.example/roles', tenantClaim: 'org' });
    const principal = await verifier.verifyBearer(
      token({ groups: [], 'https://idp.example/roles': 'ops', org: 'tn-2', tenant_id: 'tn-1' }),
    );
    expect(principal.role).to.equal('operator');
    expect(principal.tenant).to.equal('tn-2');
  });

  it('passes over azp and over claims that it does not know', async () => {
    const principal = await verifierOf().verifyBearer(token({ azp: 'other', role: 'admin', scope: 'admin' }));
    expect(principal.role).to.equal('operator');
  });

  it('takes a token for any audience without one of its own, and warns of it', async () => {
    const logger = createRecordingLogger();
    const verifier = verifierOf({ audience: undefined, logger });
    expect((await verifier.verifyBearer(token({ aud: undefined }))).id).to.equal('oidc:ada');
    expect(logger.entries.map(({ message }) => message)).to.deep.equal([
      'auth.oidc_audience is not set: a token that the issuer made for any application is accepted',
    ]);
  });

  it('warns when no token can get a role', () => {
    const logger = createRecordingLogger();
    verifierOf({ operatorGroups: [], logger });
    expect(logger.entries[0]?.message).to.include('every token is refused');
  });

  for (const [name, key] of Object.entries(keys)) {
    it(`takes the configured public key, with kid or without: ${name}`, async () => {
      const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const algorithm = { rsa: 'RS256', p256: 'ES256', p384: 'ES384', p521: 'ES512' }[
        name.replace('otherRsa', 'rsa').replace('otherP256', 'p256')
      ] as 'RS256' | undefined;
      const how = { key, algorithm: algorithm ?? 'EdDSA', header: { kid: 'any' } } as const;
      expect((await verifierOf({ publicKey }).verifyBearer(token({}, how))).id).to.equal('oidc:ada');
    });
  }

  const refused: ReadonlyArray<readonly [string, string, AuthErrorCode]> = [
    ['nothing', '', 'bearer_malformed'],
    ['a token of HMAC with the public key', hmacToken(good, pem), 'bearer_unsupported_alg'],
    [
      'a token of HMAC with the public key that says RS256',
      hmacToken(good, pem, { alg: 'RS256' }),
      'bearer_bad_signature',
    ],
    ['a token of an EC key that says RS256', swapped('ES256', 'RS256'), 'bearer_bad_signature'],
    ['a token of an RSA key that says ES256', swapped('RS256', 'ES256'), 'bearer_unsupported_alg'],
    ['a token of an Ed25519 key that says RS256', swapped('EdDSA', 'RS256'), 'bearer_bad_signature'],
    ['a token of an EC key', token({}, { algorithm: 'ES256' }), 'bearer_unsupported_alg'],
    ['a token of another key', token({}, { key: keys.otherRsa }), 'bearer_bad_signature'],
    [
      'a token of another key that it brings along',
      token({}, { key: keys.otherRsa, header: { jwk: keys.otherRsa.jwk } }),
      'bearer_malformed',
    ],
    ['another issuer', token({ iss: 'https://other.example' }), 'bearer_wrong_issuer'],
    ['another audience', token({ aud: 'other' }), 'bearer_wrong_audience'],
    ['an expired token', token({ exp: at - 60 }), 'bearer_expired'],
    ['a token from the future', token({ nbf: at + 61 }), 'bearer_not_yet_valid'],
    ['no subject', token({ sub: undefined }), 'bearer_invalid_claims'],
    ['a tenant that is none', token({ tenant_id: null }), 'bearer_invalid_claims'],
    ['groups that are no texts', token({ groups: [1] }), 'bearer_invalid_claims'],
    ['groups that are kept elsewhere', token({ hasgroups: true }), 'groups_overage'],
    ['a group without a role', token({ groups: ['guests'] }), 'no_role'],
    ['no group', token({ groups: undefined }), 'no_role'],
    [
      'a duplicate claim',
      signText('{"alg":"RS256"}', JSON.stringify(good).replace('}', ',"sub":"root"}'), keys.rsa),
      'bearer_malformed',
    ],
  ];
  for (const [name, bearer, code] of refused) {
    it(`refuses ${name} as ${code}`, async () => {
      const error = await expectRefusal(code, () => verifierOf().verifyBearer(bearer));
      for (const part of bearer.split('.').filter((text) => text !== '')) {
        expect(`${error.message} ${error.detail} ${error.stack}`).not.to.include(part);
      }
    });
  }

  it('looks at the signature before the claims: a forger learns nothing of them', () =>
    expectRefusal('bearer_bad_signature', () =>
      verifierOf().verifyBearer(token({ iss: 'x', exp: 0 }, { key: keys.otherRsa })),
    ));

  const misconfigured: ReadonlyArray<readonly [string, Partial<OidcOptions>, RegExp]> = [
    ['an issuer that is no URL', { issuer: 'idp' }, /auth.oidc_issuer is no URL/],
    ['an empty issuer', { issuer: '' }, /auth.oidc_issuer is no URL/],
    ['an issuer by plain http', { issuer: 'http://idp.example' }, /must be https/],
    ['an issuer that only looks like loopback', { issuer: 'http://127.0.0.1.idp.example' }, /must be https/],
    ['an issuer with a password', { issuer: 'https://a:b@idp.example' }, /user name or password/],
    ['an issuer with a query', { issuer: 'https://idp.example?a=b' }, /query/],
    ['an issuer with a fragment', { issuer: 'https://idp.example#a' }, /fragment/],
    [
      'keys by plain http',
      { publicKey: undefined, jwksUrl: 'http://idp.example/k' },
      /auth.oidc_jwks_url must/,
    ],
    ['keys from a file', { publicKey: undefined, jwksUrl: 'file:///k' }, /auth.oidc_jwks_url must be https/],
    [
      'a public key that is none',
      { publicKey: 'MIIB' },
      /auth.oidc_public_key cannot be used: it is not one PEM/,
    ],
    ['an empty public key', { publicKey: '' }, /auth.oidc_public_key cannot be used/],
    ['an empty audience', { audience: '' }, /auth.oidc_audience must not be empty/],
    ['an empty groups claim', { groupsClaim: '' }, /auth.oidc_groups_claim must not be empty/],
    ['an empty tenant claim', { tenantClaim: ' ' }, /auth.oidc_tenant_claim must not be empty/],
    ['an empty URL of the keys', { publicKey: undefined, jwksUrl: '' }, /auth.oidc_jwks_url is no URL/],
    ['an unknown default role', { defaultRole: 'admin' as 'viewer' }, /auth.oidc_default_role/],
    ['an empty group', { adminGroups: [''] }, /auth.oidc_admin_groups/],
  ];
  for (const [name, changes, message] of misconfigured) {
    it(`does not start with ${name}`, async () => {
      const error = await expectRefusal('oidc_misconfigured', () => verifierOf(changes));
      expect(error.message).to.match(message);
    });
  }

  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) {
    it(`takes plain http on ${host}`, () => {
      expect(() => verifierOf({ issuer: `http://${host}:8080` })).not.to.throw();
    });
  }
});

describe('explainBearer', () => {
  const namesOf = ({ checks }: CredentialExplanation) =>
    checks.map(({ name, ok }) => `${ok ? '+' : '-'}${name}`);

  it('shows every check and the principal', async () => {
    const bearer = token({ tenant_id: 'tn-1' }, { header: { kid: 'k1' } });
    const explanation = await verifierOf().explainBearer(bearer);
    expect(explanation.checks).to.deep.equal([
      { name: 'form', ok: true, detail: 'a JWT, alg RS256, kid "k1"' },
      { name: 'key', ok: true, detail: 'one RSA key of the provider, for RS256, PS256' },
      { name: 'signature', ok: true, detail: 'made with that key by RS256' },
      { name: 'issuer', ok: true, detail: 'https://idp.example' },
      { name: 'audience', ok: true, detail: 'stacyvm' },
      { name: 'lifetime', ok: true, detail: 'expires at 2026-03-01T12:05:00.000Z' },
      { name: 'subject', ok: true, detail: 'ada' },
      { name: 'revocation', ok: true, detail: 'not checked: it is not known here what is revoked' },
      { name: 'tenant', ok: true, detail: 'tn-1' },
      { name: 'groups', ok: true, detail: '["ops"]' },
      { name: 'role', ok: true, detail: 'operator' },
    ]);
    expect(explanation.accepted && explanation.principal).to.deep.equal(
      await verifierOf().verifyBearer(bearer),
    );
  });

  const failing: ReadonlyArray<readonly [string, string, string, AuthErrorCode]> = [
    ['form', 'x', '-form', 'bearer_malformed'],
    ['key', token({}, { algorithm: 'ES256' }), '+form -key', 'bearer_unsupported_alg'],
    ['signature', token({}, { key: keys.otherRsa }), '+form +key -signature', 'bearer_bad_signature'],
    ['audience', token({ aud: 'x' }), '+form +key +signature +issuer -audience', 'bearer_wrong_audience'],
  ];
  for (const [name, bearer, trail, reason] of failing) {
    it(`ends with the check that failed: ${name}`, async () => {
      const explanation = await verifierOf().explainBearer(bearer);
      expect(namesOf(explanation).join(' ')).to.equal(trail);
      expect(!explanation.accepted && explanation.reason).to.equal(reason);
    });
  }

  it('shows operators what was expected', async () => {
    const explanation = await verifierOf().explainBearer(token({ aud: 'x' }));
    expect(explanation.checks.at(-1)?.detail).to.equal('"aud" is ["x"], expected "stacyvm" in it');
  });

  it('contains neither the token nor a part of it', async () => {
    for (const bearer of [token(), token({ groups: [] }), token({}, { key: keys.otherRsa }), 'a.b.c']) {
      const text = JSON.stringify(await verifierOf().explainBearer(bearer));
      for (const part of bearer.split('.').filter(({ length }) => length > 1))
        expect(text).not.to.include(part);
    }
  });
});

/** Good claims, signed by one algorithm and said to be by another. */
function swapped(made: 'ES256' | 'RS256' | 'EdDSA', said: string): string {
  const bearer = makeToken(good, { algorithm: made, header: { alg: said } });
  expect(bearer.startsWith(base64url(JSON.stringify({ alg: said })))).to.equal(true);
  return bearer;
}
