export type { RevocationCheck, RevocationQuery, VerifiedWorkerToken } from './admission.js';
export { isWorkerAudience, WORKER_AUDIENCES, type WorkerAudience } from './audience.js';
export { certificateThumbprint, isCertificateThumbprint } from './certificate-thumbprint.js';
export type { WorkerTokenProfile } from './claims.js';
export type { Clock, Instant } from './clock.js';
export { deriveWorkerKey } from './derived-key.js';
export { WORKER_TOKEN_ERROR_CODES, WorkerTokenError, type WorkerTokenErrorCode } from './errors.js';
export { isTokenId, isWorkerId } from './identifiers.js';
export { inspectWorkerToken, type UnverifiedWorkerToken } from './inspect-worker-token.js';
export {
  createKeyring,
  type KeyRole,
  type Keyring,
  type KeyringOptions,
  type ListedKeyRole,
  type WorkerKeyScope,
} from './keyring.js';
export { CLOCK_SKEW_SECONDS, MAX_TOKEN_LIFETIME_SECONDS } from './limits.js';
export {
  type MintedWorkerToken,
  type MintWorkerTokenOptions,
  mintWorkerToken,
  type WorkerTokenClaims,
} from './mint-worker-token.js';
export { DEFAULT_WORKER_SCOPES, isWorkerScope, WORKER_SCOPES, type WorkerScope } from './scopes.js';
export { type KeySecret, keyFingerprint } from './signing-key.js';
export { TOKEN_PREFIX } from './token-format.js';
export { type VerifyWorkerTokenOptions, verifyWorkerToken } from './verify-worker-token.js';
export {
  createWorkerTokenVerifier,
  type TokenPresentation,
  type WorkerTokenVerifier,
  type WorkerTokenVerifierOptions,
} from './worker-token-verifier.js';
