import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  certificateThumbprint,
  createKeyring,
  createWorkerTokenVerifier,
  inspectWorkerToken,
  isCertificateThumbprint,
  mintWorkerToken,
  type VerifiedWorkerToken,
  verifyWorkerToken,
  type WorkerTokenProfile,
} from '../src/index.js';
import { MASTER_KEY, NOW, refusal, signPayload } from './token-fixture.js';

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUS+b3QI9j36CWxraQ5/4lq+IPfi4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNzQ2MzVaGA8yMTI2MTEwMjA3NDYz
NVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFBd
c8N2xa73V7Lgu5ze8JS2a7R5D1lPCin3TlgGm5JDTgkfuKEBc+yO1c1MqmObq3SA
9UXcbjw/diU0x7je5KqjUzBRMB0GA1UdDgQWBBR5MsabHld405yye/86Y8Txey+q
VTAfBgNVHSMEGDAWgBR5MsabHld405yye/86Y8Txey+qVTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDOzM4BNVRskms4YCP25N4YdKAw2R1m0+jP
zRvn6g/PVAIgcsvFsuky4huE0JIvx0ceDWYSTPI2NuCc4YZTQ+7G69s=
-----END CERTIFICATE-----`;

interface BindingVector {
  readonly id: string;
  readonly profile: WorkerTokenProfile;
  readonly presented: string | null;
  readonly require_certificate: boolean;
  readonly expected_worker_id: string;
  readonly revoked: readonly string[];
  readonly token: string;
  readonly expect:
    | { readonly ok: true; readonly thumbprint: string | null }
    | { readonly ok: false; readonly code: string };
  readonly why: string;
}

interface MintBindingVector {
  readonly id: string;
  readonly thumbprint: string;
  readonly not_before: number | null;
  readonly payload_json: string;
  readonly token: string;
}

const vectors: {
  readonly header: { readonly key: string; readonly now: number };
  readonly verify: readonly BindingVector[];
  readonly mint: readonly MintBindingVector[];
} = JSON.parse(readFileSync(new URL('./certificate-binding-vectors.json', import.meta.url), 'utf8'));

const keyring = createKeyring({ active: vectors.header.key });
const audience = 'worker:control-plane';
const nowMs = vectors.header.now * 1000;

describe('certificate-bound worker tokens', () => {
  it('have vectors with ids of their own', () => {
    expect(new Set(vectors.verify.map(({ id }) => id)).size).to.equal(vectors.verify.length);
    expect([vectors.verify.length, vectors.mint.length]).to.deep.equal([57, 2]);
  });

  for (const vector of vectors.verify) {
    it(`${vector.id}: ${vector.why}`, () => {
      const options = {
        keyring,
        audience,
        profile: vector.profile,
        requireCertificate: vector.require_certificate,
        isRevoked: ({ tokenId }: { tokenId: string | undefined }) => vector.revoked.includes(tokenId ?? ''),
      } as const;
      const presented = {
        workerId: vector.expected_worker_id,
        certificateThumbprint: vector.presented ?? undefined,
      };
      const verifier = createWorkerTokenVerifier({ ...options, clock: () => nowMs });
      const outcomes = [
        () => verifyWorkerToken(vector.token, { ...options, ...presented, now: nowMs }),
        () => verifier.verify(vector.token, presented),
        () => verifier.verify(vector.token, presented),
      ].map((verify) => outcomeOf(vector, verify));
      expect(outcomes).to.deep.equal([vector.expect, vector.expect, vector.expect]);
    });
  }

  for (const vector of vectors.mint) {
    it(`${vector.id}: the claim comes last`, () => {
      const { token, claims } = mintWorkerToken({
        key: vectors.header.key,
        workerId: 'worker-a',
        audience: 'worker:rpc',
        ttlSeconds: 120,
        scopes: ['worker:exec'],
        tokenId: 'jti-1',
        now: nowMs,
        notBefore: vector.not_before === null ? undefined : new Date(vector.not_before * 1000),
        certificateThumbprint: vector.thumbprint,
      });
      expect(Buffer.from(token.split('.')[1]!, 'base64url').toString()).to.equal(vector.payload_json);
      expect(token).to.equal(vector.token);
      expect(claims.certificateThumbprint).to.equal(vector.thumbprint);
      expect(inspectWorkerToken(token).certificateThumbprint).to.equal(vector.thumbprint);
    });
  }
});

describe('a verifier that remembers a bound token', () => {
  const thumbprint = certificateThumbprint(Buffer.from('a'));
  const { token } = bound(thumbprint);

  it('still refuses it over every other connection, and accepts it again over its own', () => {
    const verifier = createWorkerTokenVerifier({ keyring, audience, clock: () => nowMs });
    const own = { certificateThumbprint: thumbprint };
    expect(verifier.verify(token, own).certificateThumbprint).to.equal(thumbprint);
    expect(verifier.cachedTokens).to.equal(1);
    refusal(() => verifier.verify(token), 'certificate_mismatch');
    refusal(() => verifier.verify(token, {}), 'certificate_mismatch');
    const other = { certificateThumbprint: certificateThumbprint(Buffer.from('b')) };
    refusal(() => verifier.verify(token, other), 'certificate_mismatch');
    expect(verifier.verify(token, own).workerId).to.equal('worker-a');
  });

  it('does not remember one that it has refused', () => {
    const verifier = createWorkerTokenVerifier({ keyring, audience, clock: () => nowMs });
    refusal(() => verifier.verify(token), 'certificate_mismatch');
    expect(verifier.cachedTokens).to.equal(0);
  });
});

describe('requireCertificate', () => {
  it('takes nothing but true, false or nothing', () => {
    for (const requireCertificate of [null, 'yes', 1] as never[]) {
      expect(() => createWorkerTokenVerifier({ keyring, audience, requireCertificate })).to.throw(TypeError);
    }
  });
});

describe('certificateThumbprint', () => {
  it('is the SHA-256 of the DER encoding, as openssl tells it', () => {
    const certificate = new X509Certificate(CERTIFICATE);
    const hex = certificate.fingerprint256.replaceAll(':', '');
    const thumbprint = certificateThumbprint(certificate.raw);
    expect(thumbprint).to.equal(Buffer.from(hex, 'hex').toString('base64url'));
    expect(isCertificateThumbprint(thumbprint)).to.equal(true);
  });

  it('passes for one, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (der) => isCertificateThumbprint(certificateThumbprint(der))));
  });

  it('takes exactly the text that 32 bytes are encoded as', () => {
    const nearly = fc.oneof(
      fc
        .uint8Array({ minLength: 30, maxLength: 34 })
        .map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.string({ unit: fc.constantFrom(...'ABQgw09-_+/= '), minLength: 42, maxLength: 44 }),
      fc.anything(),
    );
    fc.assert(
      fc.property(nearly, (value) => {
        const decoded = typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined;
        const exact = decoded?.length === 32 && decoded.toString('base64url') === value;
        expect(isCertificateThumbprint(value)).to.equal(exact);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('any binding', () => {
  const der = fc.uint8Array({ minLength: 1, maxLength: 40 });

  it('passes over its own certificate alone', () => {
    fc.assert(
      fc.property(der, fc.option(der), fc.boolean(), (own, other, requireCertificate) => {
        const presented = other === null ? undefined : certificateThumbprint(other);
        const thumbprint = certificateThumbprint(own);
        const verify = (certificateThumbprint: string | undefined): VerifiedWorkerToken =>
          verifyWorkerToken(bound(thumbprint).token, {
            keyring,
            audience,
            certificateThumbprint,
            requireCertificate,
            now: nowMs,
          });
        expect(verify(thumbprint).certificateThumbprint).to.equal(thumbprint);
        if (presented !== thumbprint) {
          refusal(
            () => verify(presented),
            requireCertificate && presented === undefined ? 'certificate_required' : 'certificate_mismatch',
          );
        }
      }),
    );
  });

  it('of another form is refused, never ignored', () => {
    fc.assert(
      fc.property(fc.json(), (cnf) => {
        const value: unknown = JSON.parse(cnf);
        fc.pre(value !== null);
        const payload = `{"worker_id":"worker-a","jti":"1","aud":"${audience}","exp":${NOW / 1000 + 60},"iat":${NOW / 1000},"cnf":${cnf}}`;
        const error = refusal(() => verifyWorkerToken(signPayload(payload), { keyring, audience, now: NOW }));
        // Duplicate members, numbers and depth are judged before the claims.
        expect(error.code).to.be.oneOf(['invalid_claim', 'malformed']);
      }),
    );
  });

  it('cannot be minted to what is no thumbprint', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { length } = text;
        fc.pre(!isCertificateThumbprint(text));
        const { message } = refusal(() => bound(text), 'invalid_claim');
        if (length > 10) expect(message).not.to.include(text);
      }),
    );
  });
});

function bound(thumbprint: string) {
  return mintWorkerToken({
    key: MASTER_KEY,
    workerId: 'worker-a',
    audience,
    ttlSeconds: 300,
    now: nowMs,
    certificateThumbprint: thumbprint,
  });
}

function outcomeOf(vector: BindingVector, verify: () => VerifiedWorkerToken): BindingVector['expect'] {
  if (vector.expect.ok) return { ok: true, thumbprint: verify().certificateThumbprint ?? null };
  return { ok: false, code: refusal(verify).code };
}
