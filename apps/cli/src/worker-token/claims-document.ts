import { given } from '../given.js';
import { timestamp } from './printable.js';

/** The claims of a token, as the library gives them. */
export interface Claims {
  readonly workerId: string | undefined;
  readonly tokenId: string | undefined;
  readonly audience: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly issuedAt: Date | undefined;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly certificateThumbprint: string | undefined;
}

/** The claims as members of a JSON document; what is absent or empty is left out. */
export function claimsDocument(claims: Claims): Readonly<Record<string, unknown>> {
  return given({
    token_id: claims.tokenId,
    worker_id: claims.workerId,
    audience: claims.audience,
    scopes: claims.scopes?.length === 0 ? undefined : claims.scopes,
    issued_at: claims.issuedAt && timestamp(claims.issuedAt),
    not_before: claims.notBefore && timestamp(claims.notBefore),
    expires_at: claims.expiresAt && timestamp(claims.expiresAt),
    certificate_thumbprint: claims.certificateThumbprint,
  });
}

/** How far a time lies from now, for people. */
export function fromNow(time: Date, nowMs: number): string {
  const seconds = Math.round((time.getTime() - nowMs) / 1000);
  return seconds > 0 ? `in ${seconds} s` : `${-seconds} s ago`;
}
