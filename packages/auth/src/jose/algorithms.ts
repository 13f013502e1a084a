/** What an algorithm asks of its key (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1). No HMAC, no `none`. */
export type AlgorithmFamily =
  | { readonly kty: 'RSA' }
  | { readonly kty: 'EC'; readonly crv: EllipticCurve }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519' };

export type EllipticCurve = 'P-256' | 'P-384' | 'P-521';

const FAMILIES = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Readonly<Record<string, AlgorithmFamily>>;

/** The signature algorithms that are accepted, by their names in `alg`. */
export type SignatureAlgorithm = keyof typeof FAMILIES;

export const SIGNATURE_ALGORITHMS = Object.keys(FAMILIES) as readonly SignatureAlgorithm[];

/** Names are compared exactly: `rs256` is none of them. */
export function isSignatureAlgorithm(name: unknown): name is SignatureAlgorithm {
  return SIGNATURE_ALGORITHMS.some((algorithm) => algorithm === name);
}

/** The algorithms of a key's type and, where there is one, curve. */
export function algorithmsOf(kty: unknown, crv: unknown): readonly SignatureAlgorithm[] {
  return SIGNATURE_ALGORITHMS.filter((algorithm) => {
    const family: AlgorithmFamily = FAMILIES[algorithm];
    return family.kty === kty && (family.kty === 'RSA' || family.crv === crv);
  });
}
