import { admitToken, type RevocationCheck, type VerifiedWorkerToken } from './admission.js';
import type { WorkerAudience } from './audience.js';
import { authenticateToken } from './authentic-token.js';
import type { WorkerTokenProfile } from './claims.js';
import { epochMilliseconds, type Instant } from './clock.js';
import type { Keyring } from './keyring.js';
import { trimToken } from './token-format.js';
import { verificationOptions } from './verification-options.js';

export interface VerifyWorkerTokenOptions {
  readonly keyring: Keyring;
  /** The audience of the verifier: `worker:control-plane` in the control plane, `worker:rpc` in a worker. */
  readonly audience: WorkerAudience;
  /** The worker that the token must belong to, compared exactly. Undefined: any worker. */
  readonly workerId?: string | undefined;
  /**
   * Of the certificate that the other end of the connection proved itself with, from `certificateThumbprint`; never
   * from what a header says. Undefined: there was none, and bound tokens are refused.
   */
  readonly certificateThumbprint?: string | undefined;
  /** Whether tokens that are bound to no certificate are refused. Default false. */
  readonly requireCertificate?: boolean | undefined;
  /** Default `strict`. */
  readonly profile?: WorkerTokenProfile | undefined;
  /** Default: nothing is revoked. */
  readonly isRevoked?: RevocationCheck | undefined;
  /** A Date or milliseconds. Default: the system clock. */
  readonly now?: Instant | undefined;
}

/**
 * Verifies a worker token: shape, signature in constant time, payload, claims, times, audience, worker, certificate,
 * revocation, scopes, in this order. What `isRevoked` throws is passed on.
 *
 * @throws WorkerTokenError with the code of the first check that fails; TypeError for options that are not what their
 * types say
 */
export function verifyWorkerToken(token: string, options: VerifyWorkerTokenOptions): VerifiedWorkerToken {
  const verification = verificationOptions(options);
  const { workerId, certificateThumbprint, isRevoked, now = Date.now() } = options;
  const nowMs = epochMilliseconds(now);
  const authentic = authenticateToken(trimToken(token), verification);
  const { audience, requireCertificate } = verification;
  return admitToken(authentic, {
    audience,
    workerId,
    certificateThumbprint,
    requireCertificate,
    isRevoked,
    nowMs,
  });
}
