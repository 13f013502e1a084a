import { hash } from 'node:crypto';
import { admitToken, type RevocationCheck, type VerifiedWorkerToken } from './admission.js';
import type { WorkerAudience } from './audience.js';
import { type AuthenticToken, authenticateToken } from './authentic-token.js';
import type { WorkerTokenProfile } from './claims.js';
import { type Clock, epochMilliseconds } from './clock.js';
import { WorkerTokenError } from './errors.js';
import type { Keyring } from './keyring.js';
import { trimToken } from './token-format.js';
import { VerdictCache } from './verdict-cache.js';
import { verificationOptions } from './verification-options.js';

const DEFAULT_CACHE_SIZE = 10_000;

export interface WorkerTokenVerifierOptions {
  readonly keyring: Keyring;
  /** The audience of the verifier: `worker:control-plane` in the control plane, `worker:rpc` in a worker. */
  readonly audience: WorkerAudience;
  /** Default `strict`. */
  readonly profile?: WorkerTokenProfile | undefined;
  /** Whether tokens that are bound to no certificate are refused. Default false. */
  readonly requireCertificate?: boolean | undefined;
  /** Asked at every use of a token, cached or not. Default: nothing is revoked. */
  readonly isRevoked?: RevocationCheck | undefined;
  /** Read at every use of a token. Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Tokens to remember, about 1 KiB each; 0 remembers none. Default 10 000. */
  readonly cacheSize?: number | undefined;
}

export interface WorkerTokenVerifier {
  readonly audience: WorkerAudience;
  readonly keyring: Keyring;
  /** Tokens remembered at the moment. */
  readonly cachedTokens: number;
  /**
   * Verifies a token as `verifyWorkerToken` does.
   * @param presented `workerId`: the worker that the token must belong to, compared exactly; undefined: any worker.
   * `certificateThumbprint`: of the certificate of the connection; undefined: it has none
   * @throws WorkerTokenError with the code of the first check that fails
   */
  verify(token: string, presented?: TokenPresentation): VerifiedWorkerToken;
}

/** By whom a token is presented. */
export interface TokenPresentation {
  readonly workerId?: string | undefined;
  /** From the TLS connection, never from what a header says. */
  readonly certificateThumbprint?: string | undefined;
}

/**
 * A verifier that remembers which tokens are authentic, for callers that present one token many times. The cache
 * belongs to this verifier and so to its keyring: after a change of keys, create another verifier. It is keyed by a
 * hash of the token, holds only tokens that were accepted, and spares no check of time, audience, worker,
 * certificate, revocation or scopes.
 *
 * @example
 * const verifier = createWorkerTokenVerifier({ keyring, audience: 'worker:control-plane', isRevoked });
 * const worker = verifier.verify(token, { workerId: 'worker-a' });
 *
 * @throws TypeError for options that are not what their types say
 */
export function createWorkerTokenVerifier(options: WorkerTokenVerifierOptions): WorkerTokenVerifier {
  const verification = verificationOptions(options);
  const { keyring, audience, requireCertificate } = verification;
  const { isRevoked, clock = Date.now, cacheSize = DEFAULT_CACHE_SIZE } = options;
  const cache = new VerdictCache<AuthenticToken>(cacheSize);

  return {
    audience,
    keyring,
    get cachedTokens() {
      return cache.size;
    },
    verify(token, presented = {}) {
      const trimmed = trimToken(token);
      const admission = {
        audience,
        workerId: presented.workerId,
        certificateThumbprint: presented.certificateThumbprint,
        requireCertificate,
        isRevoked,
        nowMs: epochMilliseconds(clock()),
      };
      const key = hash('sha256', trimmed, 'base64');
      const cached = cache.get(key);
      try {
        const authentic = cached ?? authenticateToken(trimmed, verification);
        const verified = admitToken(authentic, admission);
        if (cached === undefined) cache.set(key, authentic);
        return verified;
      } catch (error) {
        if (error instanceof WorkerTokenError && error.code === 'expired') cache.delete(key);
        throw error;
      }
    },
  };
}
