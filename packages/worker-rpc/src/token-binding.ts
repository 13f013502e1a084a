import { type Clock, systemClock } from './clock.js';
import type { TlsCredentials } from './tls/tls-credentials.js';

export interface TokenBindingOptions {
  /** What connections to the control plane are made with. */
  readonly credentials: TlsCredentials;
  /** Tokens are never signed without a binding, even if the control plane does not see the certificate. */
  readonly required?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** Told when tokens are not bound for a while. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** What a worker binds the tokens to that it signs: the client certificate of its connections. */
export interface TokenBinding {
  /** What the next token is bound to; undefined: to nothing. */
  thumbprint(): string | undefined;
  /**
   * Told that the control plane refused a token, bound to `thumbprint` or to nothing, because of its certificate.
   * True: the next token is bound otherwise.
   */
  refused(thumbprint: string | undefined): boolean;
}

/**
 * Binds to the certificate in force. Where the control plane does not see it, because it asks for none or something in
 * between ends TLS, tokens are bound to nothing for five minutes, unless the binding is `required`: this is told by the
 * control plane itself, whose own certificate was verified, and so nobody else can bring it about.
 */
export function createTokenBinding(options: TokenBindingOptions): TokenBinding {
  const { credentials, required = false, clock = systemClock, onWarning } = options;
  /** The certificate that did not arrive. */
  let unseen: { readonly thumbprint: string; readonly sinceMs: number } | undefined;
  let boundAgainAtMs = Number.NEGATIVE_INFINITY;

  const thumbprint = (): string | undefined => {
    const inForce = credentials.current().thumbprint;
    if (unseen !== undefined && (unseen.thumbprint !== inForce || isOver(unseen.sinceMs))) unseen = undefined;
    return unseen === undefined ? inForce : undefined;
  };

  function isOver(sinceMs: number): boolean {
    return Math.abs(clock().getTime() - sinceMs) >= UNBOUND_PERIOD_MS;
  }

  return {
    thumbprint,
    refused(bound) {
      if (bound === undefined && unseen !== undefined) {
        // Another control plane than the one before, which does see it and asks for it.
        unseen = undefined;
        boundAgainAtMs = clock().getTime();
      } else if (bound !== undefined && bound === thumbprint() && !required && isOver(boundAgainAtMs)) {
        unseen = { thumbprint: bound, sinceMs: clock().getTime() };
        onWarning?.(UNSEEN);
      }
      return thumbprint() !== bound;
    },
  };
}

/** A control plane that begins to ask for certificates is noticed after this time. */
const UNBOUND_PERIOD_MS = 300_000;

const UNSEEN =
  'the control plane does not see the client certificate of this worker, or does not trust it; tokens are not bound to it for now: give the control plane server.tls.client_ca_file, or set auth.worker_token_binding off here';
