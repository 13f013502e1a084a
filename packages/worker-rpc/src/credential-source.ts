/** Where a worker gets what it presents to the control plane. */
export interface CredentialSource {
  /** For logs: the kind of source and its name, never a secret. */
  describe(): string;
  /**
   * The token to present now.
   *
   * @throws CredentialError
   */
  credential(signal?: AbortSignal): Promise<{ readonly token: string }>;
  /**
   * Told that the control plane refused a token with 401. True: `credential` now tells another one, which may be
   * presented at once. False, or no such method: there is nothing better.
   *
   * @param reason the control plane's own; undefined from a reference control plane, which gives none
   * @param token which one, for requests that overlap; undefined: the current one
   */
  refused?(reason: string | undefined, token?: string): boolean;
}
