/** What tells a token from others, by its claims. Its signature has been verified. */
export interface BearerIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Undefined: the token does not say when it was issued. */
  readonly issuedAt: Date | undefined;
  /** `sid`: the session at the provider (OpenID Connect Back-Channel Logout 1.0 section 2.1). */
  readonly sessionId: string | undefined;
  /** `jti` */
  readonly tokenId: string | undefined;
}

/** True for a token that must not be accepted any more, whatever its time. Must not wait for anything. */
export type BearerRevocationCheck = (bearer: BearerIdentity) => boolean;
