import { expect } from 'chai';
import fc from 'fast-check';
import type { AuthErrorCode } from '../../src/errors.js';
import { MAX_TOKEN_LENGTH, parseStrictJws, parseStrictJwt } from '../../src/jose/strict-jws.js';
import { expectRefusal } from '../auth-error.js';
import { base64url, hmacToken, keys, makeToken, signText } from '../signing-fixture.js';

const claims = { sub: 'ada' };
const good = makeToken(claims, { header: { typ: 'at+jwt', kid: 'k1' } });
const [header, payload, signature] = good.split('.') as [string, string, string];
const withHeader = (member: object) => makeToken(claims, { header: { ...member } });
const embedded = keys.rsa.jwk;

describe('parseStrictJwt', () => {
  it('reads a token', () => {
    const jwt = parseStrictJwt(good);
    expect(jwt.header).to.deep.equal({ algorithm: 'RS256', keyId: 'k1' });
    expect(jwt.claims.get('sub')).to.equal('ada');
    expect(jwt.signingInput.toString()).to.equal(`${header}.${payload}`);
    expect(jwt.signature.toString('base64url')).to.equal(signature);
  });

  for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/JWT']) {
    it(`takes the type ${typ}`, () => {
      expect(parseStrictJwt(withHeader({ typ })).claims.size).to.equal(1);
    });
  }

  it('takes the white space and the escapes that JSON allows', () => {
    const token = signText(
      String.raw` { "alg" : "RS256" ,${'\n\t'}"k\u0069d":"k\u0031"}${'\r\n'}`,
      String.raw`{ "s\u0075b" :"ada" } `,
      keys.rsa,
    );
    const jwt = parseStrictJwt(token);
    expect(jwt.header).to.deep.equal({ algorithm: 'RS256', keyId: 'k1' });
    expect(jwt.claims.get('sub')).to.equal('ada');
  });

  it('takes a token without type and kid', () => {
    expect(parseStrictJwt(makeToken(claims)).header.keyId).to.equal(undefined);
  });

  it('passes over members of the header that change nothing', () => {
    expect(parseStrictJwt(withHeader({ x5t: 'abc', cty: 'x', nonce: 'n' })).claims.size).to.equal(1);
  });

  const malformed: ReadonlyArray<readonly [string, string]> = [
    ['no text', ''],
    ['an opaque token', 'mF_9.B5f-4.1JqM'],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${good}.${signature}`],
    ['five parts, as encrypted tokens have', `${header}.AA.${payload}.AA.${signature}`],
    ['a detached payload', `${header}..${signature}`],
    ['an empty header', `.${payload}.${signature}`],
    ['an empty signature', `${header}.${payload}.`],
    ['the flattened JSON serialisation', JSON.stringify({ protected: header, payload, signature })],
    [
      'the general JSON serialisation',
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    ],
    ['a worker token', 'stacyvm-worker-v1.eyJ3b3JrZXJfaWQiOiJhIn0.AAAA'],
    ['padding', `${base64url('{"alg":"RS256"} ')}=.${payload}.${signature}`],
    ['padding of the signature', `${header}.${payload}.${signature}==`],
    ['white space before', ` ${good}`],
    ['white space after', `${good}\n`],
    ['white space between', `${header}. ${payload}.${signature}`],
    ['junk in the payload', `${header}.${payload}!.${signature}`],
    ['the standard alphabet', `${header}.${payload}.${signature.slice(0, -2)}+/`],
    ['trailing bits in the signature', `${header}.${payload}.${nextSpelling(signature)}`],
    ['a header that is no JSON', `${base64url('alg')}.${payload}.${signature}`],
    ['a header that is a list', signText('["RS256"]', '{}', keys.rsa)],
    ['a payload that is a text', signText('{"alg":"RS256"}', '"sub"', keys.rsa)],
    ['a payload that is a number', signText('{"alg":"RS256"}', '1', keys.rsa)],
    ['a duplicate alg', signText('{"alg":"none","alg":"RS256"}', '{}', keys.rsa)],
    [
      'a duplicate kid, escaped',
      signText(String.raw`{"alg":"RS256","kid":"a","\u006bid":"b"}`, '{}', keys.rsa),
    ],
    ['a duplicate alg, escaped', signText(String.raw`{"alg":"RS256","\u0061lg":"none"}`, '{}', keys.rsa)],
    ['a duplicate exp, escaped', signText('{"alg":"RS256"}', String.raw`{"exp":1,"e\u0078p":9}`, keys.rsa)],
    [
      'a forbidden member, escaped',
      signText(String.raw`{"alg":"RS256","\u006aku":"https://x.example"}`, '{}', keys.rsa),
    ],
    ['a comment', signText('{"alg":"RS256"/**/}', '{}', keys.rsa)],
    ['two objects', signText('{"alg":"RS256"}{}', '{}', keys.rsa)],
    ['a byte order mark', signText('\ufeff{"alg":"RS256"}', '{}', keys.rsa)],
    ['a NaN', signText('{"alg":"RS256"}', '{"exp":NaN}', keys.rsa)],
    ['a duplicate sub', signText('{"alg":"RS256"}', '{"sub":"ada","sub":"root"}', keys.rsa)],
    ['a duplicate deep in the payload', signText('{"alg":"RS256"}', '{"a":{"b":1,"b":2}}', keys.rsa)],
    ['a payload that is no UTF-8', `${header}.${base64url(Buffer.from([0x7b, 0xff, 0x7d]))}.${signature}`],
    ['a token over 16 KiB', makeToken({ sub: 'x'.repeat(MAX_TOKEN_LENGTH) })],
    ['no alg', withHeader({ alg: undefined })],
    ['an alg that is no text', withHeader({ alg: ['RS256'] })],
    ['crit', withHeader({ crit: ['exp'] })],
    ['an empty crit', withHeader({ crit: [] })],
    ['b64 false, as RFC 7797 has it', withHeader({ b64: false, crit: ['b64'] })],
    ['b64 true', withHeader({ b64: true })],
    ['an embedded key (jwk)', withHeader({ jwk: embedded })],
    ['a remote key set (jku)', withHeader({ jku: 'https://attacker.example/jwks' })],
    ['an embedded certificate (x5c)', withHeader({ x5c: ['MIIB'] })],
    ['a remote certificate (x5u)', withHeader({ x5u: 'https://attacker.example/cert' })],
    ['a forbidden member that is null', withHeader({ jwk: null })],
    ['compression (zip)', withHeader({ zip: 'DEF' })],
    ['a kid that is a number', withHeader({ kid: 1 })],
    ['a kid that is null', withHeader({ kid: null })],
    ['a kid that is an object', withHeader({ kid: { toString: 'k1' } })],
    ['the type of a logout token', withHeader({ typ: 'logout+jwt' })],
    ['the type of a DPoP proof', withHeader({ typ: 'dpop+jwt' })],
    ['the type of a security event', withHeader({ typ: 'application/secevent+jwt' })],
    ['a type of JOSE', withHeader({ typ: 'JOSE' })],
    ['an empty type', withHeader({ typ: '' })],
    ['a type that is no text', withHeader({ typ: null })],
    ['a type with white space', withHeader({ typ: 'JWT ' })],
  ];
  for (const [name, token] of malformed) {
    it(`refuses ${name}`, async () => {
      await expectRefusal('bearer_malformed', () => parseStrictJwt(token));
    });
  }

  const unsupported: readonly unknown[] = [
    ...['none', 'None', 'NONE', 'nOnE', 'none ', ''],
    ...['HS256', 'HS384', 'HS512', 'hs256'],
    ...['RS384', 'RS512', 'PS384', 'PS512', 'RS1', 'ES256K', 'Ed25519', 'Ed448', 'ESB256'],
    ...['rs256', 'Rs256', 'RS256 ', 'RSA-OAEP', 'dir', 'constructor', '__proto__', 'toString'],
  ];
  for (const alg of unsupported) {
    it(`refuses the algorithm ${JSON.stringify(alg)}`, async () => {
      await expectRefusal('bearer_unsupported_alg', () => parseStrictJwt(withHeader({ alg })));
    });
  }

  it('refuses an HMAC with the public key as its secret', async () => {
    const pem = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' });
    await expectRefusal('bearer_unsupported_alg', () => parseStrictJwt(hmacToken(claims, pem)));
  });

  it('refuses an unsigned token', async () => {
    const unsigned = `${base64url('{"alg":"none"}')}.${payload}`;
    await expectRefusal('bearer_unsupported_alg', () => parseStrictJwt(`${unsigned}.`));
    await expectRefusal('bearer_unsupported_alg', () => parseStrictJwt(`${unsigned}.AAAA`));
  });

  it('takes only the one spelling of a token: any change of a character is another token or none', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...'AZaz09-_=.+ '), (at, character) => {
        const changed = good.slice(0, at) + character + good.slice(at + 1);
        fc.pre(changed !== good);
        try {
          const { signingInput, signature: bytes } = parseStrictJws(changed);
          expect(`${signingInput}.${bytes.toString('base64url')}`).to.equal(changed);
        } catch (error) {
          const codes: readonly AuthErrorCode[] = ['bearer_malformed', 'bearer_unsupported_alg'];
          expect(codes).to.include((error as { code?: AuthErrorCode }).code);
        }
      }),
    );
  });

  it('says nothing of the token in its refusals', async () => {
    for (const [, token] of malformed) {
      const error = await expectRefusal('bearer_malformed', () => parseStrictJwt(token));
      for (const part of token.split('.').filter((text) => text.length > 8)) {
        expect(`${error.message} ${error.detail} ${error.stack}`).not.to.include(part);
      }
    }
  });
});

/** The same bytes by a lenient reader: the last character with a spare bit set. */
function nextSpelling(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const spelling = text.slice(0, -1) + alphabet[alphabet.indexOf(text.slice(-1)) + 1];
  expect(Buffer.from(spelling, 'base64url')).to.deep.equal(Buffer.from(text, 'base64url'));
  return spelling;
}
