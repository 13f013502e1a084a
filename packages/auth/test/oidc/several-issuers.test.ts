import { expect } from 'chai';
import type { AuthErrorCode } from '../../src/errors.js';
import type { BearerIdentity } from '../../src/oidc/bearer-revocation.js';
import type { OidcOptions } from '../../src/oidc/oidc-options.js';
import { createOidcVerifier } from '../../src/oidc/oidc-verifier.js';
import { expectRefusal } from '../auth-error.js';
import { keys, makeToken, type SigningKey, type TokenOptions } from '../signing-fixture.js';
import { startRealProvider } from './real-provider.js';

const clock = () => new Date('2026-03-01T12:00:00Z');
const at = clock().getTime() / 1000;
const pemOf = ({ publicKey }: SigningKey) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

const house: OidcOptions = {
  issuer: 'https://idp.example',
  audience: 'stacyvm',
  publicKey: pemOf(keys.rsa),
  adminGroups: ['ops'],
  clock,
};
const corp: OidcOptions = {
  issuer: 'https://login.corp.example/v2',
  name: 'corp',
  audience: 'urn:corp:stacyvm',
  publicKey: pemOf(keys.otherRsa),
  groupsClaim: 'roles',
  tenantClaim: 'tid',
  tenants: ['tn-1', 'tn-2'],
  viewerGroups: ['ops'],
  clock,
};

const good = { iat: at, exp: at + 300, sub: 'ada' };
const ofHouse = { ...good, iss: house.issuer, aud: 'stacyvm', groups: ['ops'] };
const ofCorp = { ...good, iss: corp.issuer, aud: 'urn:corp:stacyvm', roles: ['ops'], tid: 'tn-2' };
const corpKey: TokenOptions = { key: keys.otherRsa };

describe('several issuers', () => {
  const verifier = createOidcVerifier([house, corp]);

  it('each judge their own tokens, and their callers differ', async () => {
    expect(await verifier.verifyBearer(makeToken(ofHouse))).to.deep.include({
      id: 'oidc:ada',
      role: 'admin',
    });
    expect(await verifier.verifyBearer(makeToken(ofCorp, corpKey))).to.deep.include({
      id: 'oidc:corp:ada',
      role: 'viewer',
      tenant: 'tn-2',
      issuer: corp.issuer,
    });
  });

  const refused: ReadonlyArray<readonly [string, string, AuthErrorCode]> = [
    ['a token of one with the keys of the other', makeToken(ofHouse, corpKey), 'bearer_bad_signature'],
    ['the same the other way round', makeToken(ofCorp), 'bearer_bad_signature'],
    [
      'a token of one for the audience of the other',
      makeToken({ ...ofHouse, aud: corp.audience }),
      'bearer_wrong_audience',
    ],
    ['groups in the claim of the other', makeToken({ ...ofHouse, groups: [], roles: ['ops'] }), 'no_role'],
    ['a token of nobody', makeToken({ ...ofHouse, iss: 'https://x.example' }), 'bearer_wrong_issuer'],
    [
      'an issuer with a slash more',
      makeToken({ ...ofHouse, iss: `${house.issuer}/` }),
      'bearer_wrong_issuer',
    ],
    [
      'an issuer in another case',
      makeToken({ ...ofHouse, iss: 'https://IDP.example' }),
      'bearer_wrong_issuer',
    ],
    ['both issuers', makeToken({ ...ofHouse, iss: [house.issuer, corp.issuer] }), 'bearer_invalid_claims'],
    ['no issuer', makeToken({ ...ofHouse, iss: undefined }), 'bearer_invalid_claims'],
    [
      'a tenant that the issuer has no say in',
      makeToken({ ...ofCorp, tid: 'tn-3' }, corpKey),
      'tenant_not_allowed',
    ],
    [
      'no tenant, of an issuer with some',
      makeToken({ ...ofCorp, tid: undefined }, corpKey),
      'tenant_not_allowed',
    ],
    [
      'the tenant in the claim of the other',
      makeToken({ ...ofCorp, tid: undefined, tenant_id: 'tn-1' }, corpKey),
      'tenant_not_allowed',
    ],
    [
      'a subject that would be a caller of the other',
      makeToken({ ...ofHouse, sub: 'corp:ada' }),
      'bearer_invalid_claims',
    ],
  ];
  for (const [name, token, code] of refused) {
    it(`refuse ${name} as ${code}`, () => expectRefusal(code, () => verifier.verifyBearer(token)));
  }

  it('leave a subject alone that only resembles another caller', async () => {
    for (const sub of ['corp', 'corporate:ada', 'CORP:ada', ':corp:ada']) {
      expect((await verifier.verifyBearer(makeToken({ ...ofHouse, sub }))).id).to.equal(`oidc:${sub}`);
    }
  });

  it('explain a token of nobody by its issuer, and any other as its issuer judges it', async () => {
    const stranger = await verifier.explainBearer(makeToken({ ...ofHouse, iss: 'https://x.example' }));
    expect(stranger.checks.map(({ name, ok }) => `${name} ${ok}`)).to.deep.equal([
      'form true',
      'issuer false',
    ]);
    expect(stranger.checks.at(-1)?.detail).to.equal(
      '"iss" is "https://x.example", which is none of 2 issuers',
    );
    expect((await verifier.explainBearer(makeToken(ofCorp, corpKey))).accepted).to.equal(true);
  });

  it('go on while one of them is away', async () => {
    const provider = await startRealProvider();
    const away: OidcOptions = { issuer: provider.issuer, name: 'away', defaultRole: 'viewer' };
    const token = await provider.robotToken();
    await provider.stop();
    const both = createOidcVerifier([away, { ...house, clock: () => new Date() }]);
    try {
      await expectRefusal('oidc_keys_unavailable', () => both.prepare());
      await expectRefusal('oidc_keys_unavailable', () => both.verifyBearer(token));
      const now = Math.floor(Date.now() / 1000);
      const mine = makeToken({ ...ofHouse, iat: now, exp: now + 60 });
      expect((await both.verifyBearer(mine)).id).to.equal('oidc:ada');
    } finally {
      both.close();
    }
  });

  it('fetch from the issuer that a token names alone', async () => {
    const [one, two] = [await startRealProvider(), await startRealProvider({ k: keys.otherRsa })];
    const both = createOidcVerifier(
      [one, two].map(({ issuer, audience }, index) => ({
        issuer,
        audience,
        name: `n${index}`,
        operatorGroups: ['ops'],
      })),
    );
    try {
      expect((await both.verifyBearer(await two.robotToken())).id).to.equal('oidc:n1:robot');
      expect(one.requests.filter((path) => path !== '/token')).to.deep.equal([]);
      expect((await both.verifyBearer(await one.robotToken())).id).to.equal('oidc:n0:robot');
    } finally {
      both.close();
      await Promise.all([one.stop(), two.stop()]);
    }
  });

  const misconfigured: ReadonlyArray<readonly [string, readonly OidcOptions[], RegExp]> = [
    ['none at all', [], /there is no OIDC issuer/],
    [
      'one issuer twice',
      [house, { ...corp, issuer: house.issuer }],
      /"https:\/\/idp.example" is there twice/,
    ],
    ['two without a name', [house, { ...corp, name: undefined }], /all but one need a name/],
    ['one name twice', [corp, { ...house, name: 'corp' }], /two issuers have the name "corp"/],
    ['an empty name', [{ ...corp, name: '' }], /the name "" must be/],
    ['a name with a colon', [{ ...corp, name: 'a:b' }], /the name "a:b" must be/],
    ['a name in capitals', [{ ...corp, name: 'Corp' }], /the name "Corp" must be/],
    ['an issuer that is no URL', [{ ...corp, issuer: 'x' }], /auth.oidc_issuers: issuer of "corp" is no URL/],
    ['an empty list of tenants', [{ ...corp, tenants: [] }], /tenants of "corp" must name tenants/],
    ['a tenant without a name', [{ ...corp, tenants: ['a', ' '] }], /tenants of "corp" must name tenants/],
    ['a public key that is none', [{ ...corp, publicKey: 'x' }], /public_key of "corp" cannot be used/],
    [
      'a default role that is none',
      [{ ...corp, defaultRole: 'admin' as 'viewer' }],
      /default_role of "corp"/,
    ],
    ['an empty group', [{ ...corp, viewerGroups: [''] }], /viewer_groups of "corp"/],
  ];
  for (const [name, issuers, message] of misconfigured) {
    it(`do not start with ${name}`, async () => {
      const error = await expectRefusal('oidc_misconfigured', () => createOidcVerifier(issuers));
      expect(error.message).to.match(message);
    });
  }
});

describe('revoked bearer tokens', () => {
  it('are refused, by what their claims say', async () => {
    const asked: BearerIdentity[] = [];
    const isRevoked = (bearer: BearerIdentity) => asked.push(bearer) === 2;
    const verifier = createOidcVerifier({ ...house, isRevoked });
    await verifier.verifyBearer(makeToken({ ...ofHouse, jti: 't-1', sid: 's-1' }));
    await expectRefusal('bearer_revoked', () =>
      verifier.verifyBearer(makeToken({ ...ofHouse, iat: undefined })),
    );
    expect(asked).to.deep.equal([
      { issuer: house.issuer, subject: 'ada', issuedAt: clock(), tokenId: 't-1', sessionId: 's-1' },
      { issuer: house.issuer, subject: 'ada', issuedAt: undefined, tokenId: undefined, sessionId: undefined },
    ]);
  });

  it('are asked about only after their signature is verified', async () => {
    const isRevoked = () => expect.fail('it was asked');
    const verifier = createOidcVerifier({ ...house, isRevoked });
    await expectRefusal('bearer_bad_signature', () => verifier.verifyBearer(makeToken(ofHouse, corpKey)));
  });

  for (const claims of [{ jti: 1 }, { jti: '' }, { jti: null }, { sid: ['a'] }, { sid: '' }]) {
    it(`cannot hide behind ${JSON.stringify(claims)}`, () =>
      expectRefusal('bearer_invalid_claims', () =>
        createOidcVerifier(house).verifyBearer(makeToken({ ...ofHouse, ...claims })),
      ));
  }
});
