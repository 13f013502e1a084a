import { expect } from 'chai';
import type { OidcOptions } from '../../src/oidc/oidc-options.js';
import { createOidcVerifier } from '../../src/oidc/oidc-verifier.js';
import { expectRefusal } from '../auth-error.js';
import { hmacToken, keys, makeToken, signText, type TokenOptions } from '../signing-fixture.js';

const issuer = 'https://idp.example';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const now = new Date('2026-03-01T12:00:00Z');
const at = now.getTime() / 1000;
const pem = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const good = {
  iss: issuer,
  aud: 'stacyvm',
  sub: 'ada',
  sid: 's-1',
  iat: at,
  exp: at + 120,
  jti: 'j-1',
  events: { [EVENT]: {} },
};
const options: OidcOptions = {
  issuer,
  audience: 'stacyvm',
  publicKey: pem,
  defaultRole: 'viewer',
  clock: () => now,
};
const verifierOf = (changes: Partial<OidcOptions> = {}) => createOidcVerifier({ ...options, ...changes });
const LOGOUT = { typ: 'logout+jwt' };
const token = (claims: object = {}, how: TokenOptions = {}) =>
  makeToken({ ...good, ...claims }, { ...how, header: { ...LOGOUT, ...how.header } });
const refusal = (text: string, changes: Partial<OidcOptions> = {}) =>
  expectRefusal('logout_token_invalid', () => verifierOf(changes).verifyLogout(text));

describe('verifyLogout', () => {
  it('tells who signed out', async () => {
    expect(await verifierOf().verifyLogout(token())).to.deep.equal({
      issuer,
      tokenId: 'j-1',
      issuedAt: now,
      expiresAt: new Date('2026-03-01T12:02:00Z'),
      subject: 'ada',
      sessionId: 's-1',
    });
  });

  const accepted: ReadonlyArray<readonly [string, string, object]> = [
    ['without typ', token({}, { header: { typ: undefined } }), {}],
    [
      'of the type with application/ in front, in another case',
      token({}, { header: { typ: 'application/Logout+JWT' } }),
      {},
    ],
    ['of a subject alone', token({ sid: undefined }), { subject: 'ada', sessionId: undefined }],
    ['of a session alone', token({ sub: undefined }), { subject: undefined, sessionId: 's-1' }],
    ['for several audiences', token({ aud: ['other', 'stacyvm'] }), {}],
    ['with other events beside', token({ events: { [EVENT]: {}, 'urn:other': {} } }), {}],
    ['with members in its event', token({ events: { [EVENT]: { reason: 'x' } } }), {}],
    ['a minute after it expired, for the clocks', token({ exp: at - 59 }), {}],
  ];
  for (const [name, text, expected] of accepted) {
    it(`accepts one ${name}`, async () => {
      expect(await verifierOf().verifyLogout(text)).to.include({ issuer, tokenId: 'j-1', ...expected });
    });
  }

  const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
    ['that is no token', 'x', /^bearer_malformed/],
    [
      'of the type JWT',
      token({}, { header: { typ: 'JWT' } }),
      /^bearer_malformed: .* other than logout\+jwt/,
    ],
    ['of the type at+jwt', token({}, { header: { typ: 'at+jwt' } }), /^bearer_malformed/],
    ['that brings its own key', token({}, { header: { jwk: keys.rsa.jwk } }), /^bearer_malformed: .*"jwk"/],
    ['without a signature', `${token().split('.').slice(0, 2).join('.')}.`, /^bearer_malformed/],
    [
      'with alg none',
      signText('{"alg":"none","typ":"logout+jwt"}', JSON.stringify(good), keys.rsa),
      /^bearer_unsupported_alg/,
    ],
    ['signed by HMAC with the public key', hmacToken(good, pem), /^bearer_unsupported_alg/],
    ['signed by somebody else', token({}, { key: keys.otherRsa }), /^bearer_bad_signature/],
    [
      'with two members of one name',
      signText('{"alg":"RS256"}', JSON.stringify(good).replace('{', '{"sub":"eve",'), keys.rsa),
      /^bearer_malformed/,
    ],
    ['of another issuer', token({ iss: 'https://other.example' }), /^bearer_wrong_issuer/],
    ['of nobody', token({ iss: undefined }), /"iss"/],
    ['for another audience', token({ aud: 'other' }), /^bearer_wrong_audience/],
    ['for no audience', token({ aud: undefined }), /^bearer_wrong_audience/],
    ['without exp', token({ exp: undefined }), /"exp" is missing/],
    ['that is expired', token({ exp: at - 60 }), /^bearer_expired/],
    ['without iat', token({ iat: undefined }), /"iat" is missing/],
    ['of the future', token({ iat: at + 61 }), /^bearer_not_yet_valid/],
    ['without jti', token({ jti: undefined }), /"jti" is missing/],
    ['with an empty jti', token({ jti: '' }), /"jti"/],
    ['with a jti that is a number', token({ jti: 7 }), /"jti"/],
    ['without events', token({ events: undefined }), /"events" has no object/],
    ['with events that are a list', token({ events: [EVENT] }), /"events" has no object/],
    ['with another event', token({ events: { 'urn:other': {} } }), /"events" has no object/],
    ['with an event that is no object', token({ events: { [EVENT]: true } }), /"events" has no object/],
    ['with an event that is a list', token({ events: { [EVENT]: [] } }), /"events" has no object/],
    ['with a nonce', token({ nonce: 'n' }), /"nonce" is there/],
    ['with a nonce that is null', token({ nonce: null }), /"nonce" is there/],
    ['of nobody and no session', token({ sub: undefined, sid: undefined }), /neither "sub" nor "sid"/],
    ['with an empty sub beside a session', token({ sub: '' }), /"sub"/],
    ['with a sid that is a number', token({ sid: 7 }), /"sid"/],
  ];
  for (const [name, text, detail] of refused) {
    it(`refuses one ${name}, and tells strangers no more`, async () => {
      const error = await refusal(text);
      expect(error.message).to.equal('the logout token is not valid');
      expect(error.detail).to.match(detail);
    });
  }

  it('refuses every one of an issuer without an audience', async () => {
    expect((await refusal(token(), { audience: undefined })).detail).to.contain('nor an audience');
  });

  describe('where the audience is an API, and the applications have client ids', () => {
    const changes = { audience: 'https://api.example', clientIds: ['console', 'cli'] };
    for (const [name, aud] of [
      ['one of them', 'console'],
      ['another', 'cli'],
      ['one of them and a stranger', ['stranger', 'cli']],
    ] as const) {
      it(`accepts one for ${name}`, async () => {
        expect(await verifierOf(changes).verifyLogout(token({ aud }))).to.include({ tokenId: 'j-1' });
      });
    }

    for (const [name, aud] of [
      ['the API', 'https://api.example'],
      ['a stranger', 'stranger'],
      ['nobody', []],
    ] as const) {
      it(`refuses one for ${name}`, async () => {
        const { detail } = await refusal(token({ aud }), changes);
        expect(detail).to.match(/^bearer_wrong_audience: .* expected "console" or "cli" in it$/);
      });
    }

    it('leaves bearer tokens as they are: theirs is the API alone', async () => {
      const verifier = verifierOf(changes);
      const bearer = (aud: string) => makeToken({ ...good, events: undefined, aud });
      expect(await verifier.verifyBearer(bearer('https://api.example'))).to.include({ id: 'oidc:ada' });
      await expectRefusal('bearer_wrong_audience', () => verifier.verifyBearer(bearer('console')));
    });

    it('does without an audience', async () => {
      const logout = await verifierOf({ ...changes, audience: undefined }).verifyLogout(
        token({ aud: 'cli' }),
      );
      expect(logout.tokenId).to.equal('j-1');
    });

    it('has no client id that is empty', async () => {
      await expectRefusal('oidc_misconfigured', () => verifierOf({ clientIds: ['console', ' '] }));
    });
  });

  it('lets the issuer choose the keys, and no more, where there are several', async () => {
    const corp = {
      ...options,
      name: 'corp',
      issuer: 'https://corp.example',
      publicKey: keys.otherRsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    };
    const verifier = createOidcVerifier([options, corp]);
    const ofCorp = token({ iss: corp.issuer }, { key: keys.otherRsa });
    expect((await verifier.verifyLogout(ofCorp)).issuer).to.equal(corp.issuer);
    for (const text of [
      token({ iss: corp.issuer }),
      token({}, { key: keys.otherRsa }),
      token({ iss: 'https://x.example' }),
    ]) {
      await expectRefusal('logout_token_invalid', () => verifier.verifyLogout(text));
    }
  });

  it('does not call it a refusal when the keys of the issuer cannot be had', async () => {
    const verifier = verifierOf({ publicKey: undefined, fetch: () => Promise.reject(new Error('away')) });
    await expectRefusal('oidc_keys_unavailable', () => verifier.verifyLogout(token()));
    verifier.close();
  });
});

describe('a logout token as a bearer token', () => {
  for (const typ of ['logout+jwt', 'JWT', 'at+jwt', undefined]) {
    it(`is refused with ${typ === undefined ? 'no typ' : `the typ ${typ}`}`, async () => {
      const code = typ === 'logout+jwt' ? 'bearer_malformed' : 'bearer_invalid_claims';
      await expectRefusal(code, () => verifierOf().verifyBearer(token({}, { header: { typ } })));
      const explained = await verifierOf().explainBearer(token({}, { header: { typ } }));
      expect(explained).to.include({ accepted: false, reason: code });
    });
  }

  it('is not what every token with events is', async () => {
    const text = makeToken({ ...good, events: { 'urn:other': {} } });
    expect(await verifierOf().verifyBearer(text)).to.include({ id: 'oidc:ada' });
  });
});
