import {
  createKeyring,
  inspectWorkerToken,
  isWorkerAudience,
  type VerifiedWorkerToken,
  verifyWorkerToken,
  type WorkerAudience,
  WorkerTokenError,
  type WorkerTokenErrorCode,
} from '@stacyvm/token';
import type { Claims } from './claims-document.js';
import { findSigner, isMisshapen, type Signer } from './signer-search.js';
import type { VerificationSettings } from './verification-settings.js';

/** How a verification ended. */
export type Verification = Accepted | Refused;

export interface Accepted {
  readonly accepted: true;
  readonly worker: VerifiedWorkerToken;
}

export interface Refused {
  readonly accepted: false;
  readonly code: WorkerTokenErrorCode;
  readonly message: string;
  /** Whether a key that counts had signed the token. */
  readonly signatureVerified: boolean;
  /** The key that signed, even one that does not count. */
  readonly signer: Signer | undefined;
  /** What the token says, if its signature is good and it can be read. */
  readonly claims: Claims | undefined;
}

/** Verifies a token with the library; after a refusal, finds out what the library can still tell about it. */
export function verifyToken(token: string, settings: VerificationSettings, nowMs: number): Verification {
  const [active, ...verifyOnly] = settings.keys;
  try {
    const worker = verifyWorkerToken(token, {
      keyring: createKeyring({ active, verifyOnly, workerKeyScope: settings.workerKeyScope }),
      audience: settings.audience ?? claimedAudience(token),
      workerId: settings.workerId,
      certificateThumbprint: settings.certificateThumbprint ?? readClaims(token)?.certificateThumbprint,
      requireCertificate: settings.requireCertificate,
      profile: settings.profile,
      isRevoked: ({ tokenId }) => tokenId !== undefined && settings.revokedTokenIds.has(tokenId),
      now: nowMs,
    });
    return { accepted: true, worker };
  } catch (error) {
    if (!(error instanceof WorkerTokenError)) throw error;
    return refusal(error, token, settings);
  }
}

function refusal(error: WorkerTokenError, token: string, settings: VerificationSettings): Refused {
  const { code, message } = error;
  const unsigned = code === 'weak_key' || (code === 'malformed' && isMisshapen(token));
  const signatureVerified = !unsigned && code !== 'bad_signature';
  return {
    accepted: false,
    code,
    message,
    signatureVerified,
    signer: unsigned ? undefined : findSigner(token, settings.keys),
    claims: signatureVerified ? readClaims(token) : undefined,
  };
}

/** Where any audience will do, a token is judged at the one it names: its scopes and keys depend on it. */
function claimedAudience(token: string): WorkerAudience {
  const audience = readClaims(token)?.audience;
  return isWorkerAudience(audience) ? audience : 'worker:control-plane';
}

function readClaims(token: string): Claims | undefined {
  try {
    return inspectWorkerToken(token);
  } catch (error) {
    if (error instanceof WorkerTokenError) return undefined;
    throw error;
  }
}
