import { constants, type JsonWebKey, sign } from 'node:crypto';
import { expect } from 'chai';
import { SIGNATURE_ALGORITHMS } from '../../src/jose/algorithms.js';
import { checkSignature } from '../../src/jose/check-signature.js';
import { parseStrictJws } from '../../src/jose/strict-jws.js';
import { importJwk } from '../../src/jose/verification-key.js';
import { expectRefusal } from '../auth-error.js';
import { base64url, keyOfAlgorithm, keys, makeToken } from '../signing-fixture.js';

const claims = { sub: 'ada' };
const check = (token: string, jwk: JsonWebKey) => checkSignature(parseStrictJws(token), importJwk(jwk));

/** A token with another signature than its own. */
function resigned(token: string, change: (signature: Buffer) => Buffer): string {
  const [header, payload, signature = ''] = token.split('.');
  return `${header}.${payload}.${base64url(change(Buffer.from(signature, 'base64url')))}`;
}

describe('checkSignature', () => {
  for (const algorithm of SIGNATURE_ALGORITHMS) {
    describe(`with ${algorithm}`, () => {
      const { jwk } = keyOfAlgorithm[algorithm];
      const token = makeToken(claims, { algorithm });

      it('accepts the signature of the key', async () => {
        await check(token, jwk);
      });

      it('accepts again with a key that it has seen', async () => {
        const key = importJwk(jwk);
        for (let round = 0; round < 3; round += 1) await checkSignature(parseStrictJws(token), key);
      });

      it('refuses every single flipped bit of a byte of the signature', async () => {
        const length = resigned(token, (signature) => signature).split('.')[2]?.length ?? 0;
        for (let at = 0; at < Math.floor((length * 6) / 8); at += 7) {
          const changed = resigned(token, (signature) => {
            signature[at]! ^= 1 << (at % 8);
            return signature;
          });
          await expectRefusal('bearer_bad_signature', () => check(changed, jwk));
        }
      });

      it('refuses other claims under the same signature', async () => {
        const [header, , signature] = token.split('.');
        const other = `${header}.${base64url('{"sub":"root"}')}.${signature}`;
        await expectRefusal('bearer_bad_signature', () => check(other, jwk));
      });

      it('refuses another header under the same signature', async () => {
        const [, payload, signature] = token.split('.');
        const other = `${base64url(`{"alg":"${algorithm}","kid":"x"}`)}.${payload}.${signature}`;
        await expectRefusal('bearer_bad_signature', () => check(other, jwk));
      });

      for (const [name, change] of [
        ['that is a byte longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
        ['with a zero before it', (bytes: Buffer) => Buffer.concat([Buffer.alloc(1), bytes])],
        ['that is a byte shorter', (bytes: Buffer) => bytes.subarray(1)],
        ['of zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
        ['of ones', (bytes: Buffer) => Buffer.alloc(bytes.length, 0xff)],
        ['that is one byte', () => Buffer.alloc(1)],
      ] as const) {
        it(`refuses a signature ${name}`, async () => {
          await expectRefusal('bearer_bad_signature', () => check(resigned(token, change), jwk));
        });
      }
    });
  }

  it('refuses the signature of another key of the family', async () => {
    await expectRefusal('bearer_bad_signature', () => check(makeToken(claims), keys.otherRsa.jwk));
    const es256 = makeToken(claims, { algorithm: 'ES256' });
    await expectRefusal('bearer_bad_signature', () => check(es256, keys.otherP256.jwk));
  });

  it('refuses PKCS #1 v1.5 where PS256 is said, and the other way round', async () => {
    for (const [said, made] of [
      ['PS256', 'RS256'],
      ['RS256', 'PS256'],
    ] as const) {
      const token = makeToken(claims, { algorithm: made, header: { alg: said } });
      await expectRefusal('bearer_bad_signature', () => check(token, keys.rsa.jwk));
    }
  });

  it('refuses PS256 with another length of salt than that of the digest', async () => {
    for (const saltLength of [0, 20, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
      const token = resign(makeToken(claims, { algorithm: 'PS256' }), (input) =>
        sign('sha256', input, {
          key: keys.rsa.privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength,
        }),
      );
      await expectRefusal('bearer_bad_signature', () => check(token, keys.rsa.jwk));
    }
  });

  it('refuses RS256 over another digest', async () => {
    const token = resign(makeToken(claims), (input) => sign('sha512', input, keys.rsa.privateKey));
    await expectRefusal('bearer_bad_signature', () => check(token, keys.rsa.jwk));
  });

  describe('with ECDSA', () => {
    const { jwk, privateKey } = keys.p256;
    const token = makeToken(claims, { algorithm: 'ES256' });
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

    it('refuses DER instead of r and s side by side', async () => {
      const der = resign(token, (input) => sign('sha256', input, { key: privateKey, dsaEncoding: 'der' }));
      await expectRefusal('bearer_bad_signature', () => check(der, jwk));
    });

    for (const [name, at, scalar] of [
      ['r is zero', 0, Buffer.alloc(32)],
      ['s is zero', 32, Buffer.alloc(32)],
      ['r is the order', 0, order],
      ['s is the order', 32, order],
      ['r is beyond the order', 0, Buffer.alloc(32, 0xff)],
      ['s is beyond the order', 32, Buffer.alloc(32, 0xff)],
    ] as const) {
      it(`refuses a signature whose ${name}`, async () => {
        const changed = resigned(token, (signature) => {
          scalar.copy(signature, at);
          return signature;
        });
        const error = await expectRefusal('bearer_bad_signature', () => check(changed, jwk));
        expect(error.detail).to.include('form');
      });
    }

    it('takes leading zeros of r and s for what they are', async () => {
      // One of 128 signatures has a zero in front of r or s.
      const key = importJwk(jwk);
      let seen = 0;
      for (let number = 0; seen < 2; number += 1) {
        const jws = parseStrictJws(makeToken({ number }, { algorithm: 'ES256' }));
        if (jws.signature[0] !== 0 && jws.signature[32] !== 0) continue;
        seen += 1;
        await checkSignature(jws, key);
      }
    });
  });

  it('refuses an RSA signature whose leading zero was left out', async () => {
    // One of 256 signatures begins with a zero.
    for (let number = 0; ; number += 1) {
      const token = makeToken({ number });
      if (parseStrictJws(token).signature[0] !== 0) continue;
      await check(token, keys.rsa.jwk);
      const stripped = resigned(token, (signature) => signature.subarray(1));
      await expectRefusal('bearer_bad_signature', () => check(stripped, keys.rsa.jwk));
      return;
    }
  });

  it('refuses ECDSA signatures whose leading zeros were left out', async () => {
    for (let number = 0; ; number += 1) {
      const token = makeToken({ number }, { algorithm: 'ES256' });
      if (parseStrictJws(token).signature[0] !== 0) continue;
      const stripped = resigned(token, (signature) => signature.subarray(1));
      await expectRefusal('bearer_bad_signature', () => check(stripped, keys.p256.jwk));
      return;
    }
  });

  it('refuses an Ed25519 signature whose s is beyond the order', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const token = makeToken(claims, { algorithm: 'EdDSA' });
    const changed = resigned(token, (signature) => {
      let s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
      for (let at = 32; at < 64; at += 1, s >>= 8n) signature[at] = Number(s & 0xffn);
      return signature;
    });
    await expectRefusal('bearer_bad_signature', () => check(changed, keys.ed25519.jwk));
  });

  const vectors: ReadonlyArray<readonly [string, JsonWebKey, string]> = [
    [
      'RFC 7515 A.2 (RS256)',
      {
        kty: 'RSA',
        n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
        e: 'AQAB',
      },
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
    ],
    [
      'RFC 7515 A.3 (ES256)',
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
    ],
    [
      'RFC 7515 A.4 (ES512)',
      {
        kty: 'EC',
        crv: 'P-521',
        x: 'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',
        y: 'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2',
      },
      'eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn',
    ],
    [
      'RFC 7520 4.1 (RS256)',
      {
        kty: 'RSA',
        n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
        e: 'AQAB',
      },
      'eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
    ],
    [
      'RFC 7520 4.3 (ES512)',
      {
        kty: 'EC',
        crv: 'P-521',
        x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
        y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
      },
      'eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2',
    ],
    [
      'RFC 8037 A.4 (EdDSA)',
      { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    ],
  ];
  for (const [name, jwk, token] of vectors) {
    it(`accepts the example of ${name}`, async () => {
      await check(token, jwk);
    });
  }
});

function resign(token: string, signer: (input: Buffer) => Buffer): string {
  const [header, payload] = token.split('.');
  return resigned(token, () => signer(Buffer.from(`${header}.${payload}`)));
}
