import {
  keyFingerprint,
  type MintedWorkerToken,
  mintWorkerToken,
  type WorkerScope,
  WorkerTokenError,
} from '@stacyvm/token';
import { type Clock, systemClock } from './clock.js';
import type { CredentialSource } from './credential-source.js';
import { CredentialError } from './errors.js';
import { FALLBACK_PERIOD_MS } from './fallback-period.js';
import type { TokenBinding } from './token-binding.js';

export interface KeyCredentialSourceOptions {
  /** The worker's derived key, or a master key. */
  readonly key: string | Uint8Array;
  /** Tried in order when the control plane refuses the key; the one that it did not refuse serves for a while. */
  readonly fallbackKeys?: ReadonlyArray<string | Uint8Array> | undefined;
  readonly workerId: string;
  /** What the tokens are bound to; by default nothing. */
  readonly binding?: TokenBinding | undefined;
  readonly clock?: Clock | undefined;
}

const LIFETIME_SECONDS = 300;
/**
 * Tokens tell whole seconds: one that is signed within the second of a revocation is refused as well, the next is not.
 * More often than that a token is not replaced, however often it is refused.
 */
const REPLACEMENT_INTERVAL_MS = 1_000;
const SCOPES: readonly WorkerScope[] = ['worker:heartbeat', 'worker:lease'];

/** A token signed at another time may pass. */
const MENDED_BY_A_NEW_TOKEN: ReadonlySet<string | undefined> = new Set([
  'token_expired',
  'token_issued_in_future',
  'token_not_yet_valid',
  'token_revoked',
]);
/** A token that is bound to another certificate may pass, or to none. */
const MENDED_BY_ANOTHER_BINDING: ReadonlySet<string | undefined> = new Set([
  'token_certificate_mismatch',
  'token_certificate_required',
]);
/** A token under another key may pass. A reference control plane gives no reason. */
const MENDED_BY_ANOTHER_KEY: ReadonlySet<string | undefined> = new Set([
  'token_bad_signature',
  'token_revoked',
  undefined,
]);

/**
 * Signs tokens of five minutes for the control plane, with the scopes for heartbeats and leases, and signs the next
 * one at half life, or as soon as the certificate changes that they are bound to. A refused token is signed anew, at most every second, when its times or its revocation are the
 * reason, and with the next of the keys when the key is.
 *
 * @throws CredentialError `credential_unusable` for a weak key or a bad worker id
 */
export function keyCredentialSource(options: KeyCredentialSourceOptions): CredentialSource {
  const { workerId, binding, clock = systemClock } = options;
  const keys = new Map(
    [options.key, ...(options.fallbackKeys ?? [])].map((key) => [keyFingerprint(key), key]),
  );
  const signers = [...keys].map(([fingerprint, key]) =>
    createSigner(fingerprint, (now) => mint(key, workerId, now, binding?.thumbprint()), clock, binding),
  );
  let turn = 0;
  let turnedAtMs = 0;

  const current = (): Signer => {
    const signer = signers[turn % signers.length];
    if (signer === undefined)
      throw new CredentialError('credential_unusable', 'there is no key to sign with');
    return signer;
  };

  return {
    describe: () => `signing key ${current().fingerprint}`,
    credential() {
      if (Math.abs(clock().getTime() - turnedAtMs) >= FALLBACK_PERIOD_MS) turn = 0;
      return Promise.resolve({ token: current().token() });
    },
    refused(reason, token) {
      const signer = current();
      // A request that overlapped has been told the same before.
      if (token !== undefined && !signer.signed(token)) return true;
      if (MENDED_BY_ANOTHER_BINDING.has(reason)) return binding?.refused(signer.boundTo()) ?? false;
      const mayTurn = signers.length > 1 && MENDED_BY_ANOTHER_KEY.has(reason);
      // However long the answer took: where a new token has not helped, another key may.
      if (mayTurn && signer.isReplacement()) signer.startOver();
      else if (MENDED_BY_A_NEW_TOKEN.has(reason) && signer.signAgain()) return true;
      if (!mayTurn) return false;
      turn += 1;
      turnedAtMs = clock().getTime();
      return true;
    },
  };
}

interface Signer {
  readonly fingerprint: string;
  token(): string;
  /** Whether this is the token in use. */
  signed(token: string): boolean;
  /** What the token in use is bound to. */
  boundTo(): string | undefined;
  /** Whether the token in use was signed in place of one that was refused. */
  isReplacement(): boolean;
  /** Replaces the token in use. False: that was done a moment ago, and did not help. */
  signAgain(): boolean;
  /** Has a token that was never refused when its turn comes again. */
  startOver(): void;
}

function createSigner(
  fingerprint: string,
  sign: (now: Date) => MintedWorkerToken,
  clock: Clock,
  binding: TokenBinding | undefined,
): Signer {
  let current = sign(clock());
  let replacedAtMs: number | undefined;
  let isReplacement = false;
  const startOver = (): void => {
    current = sign(clock());
    isReplacement = false;
  };
  return {
    fingerprint,
    token() {
      const { issuedAt, expiresAt, certificateThumbprint } = current.claims;
      const now = clock();
      const halfLife = (issuedAt.getTime() + expiresAt.getTime()) / 2;
      // A clock that was set back makes the token one of the future, which nobody accepts.
      const isOutdated = now.getTime() >= halfLife || now.getTime() < issuedAt.getTime();
      if (isOutdated || certificateThumbprint !== binding?.thumbprint()) startOver();
      return current.token;
    },
    signed: (token) => token === current.token,
    boundTo: () => current.claims.certificateThumbprint,
    isReplacement: () => isReplacement,
    signAgain() {
      const now = clock();
      const nowMs = now.getTime();
      if (replacedAtMs !== undefined && Math.abs(nowMs - replacedAtMs) < REPLACEMENT_INTERVAL_MS)
        return false;
      replacedAtMs = nowMs;
      current = sign(now);
      isReplacement = true;
      return true;
    },
    startOver,
  };
}

function mint(
  key: string | Uint8Array,
  workerId: string,
  now: Date,
  certificateThumbprint: string | undefined,
): MintedWorkerToken {
  try {
    return mintWorkerToken({
      key,
      workerId,
      audience: 'worker:control-plane',
      ttlSeconds: LIFETIME_SECONDS,
      scopes: SCOPES,
      now,
      certificateThumbprint,
    });
  } catch (error) {
    if (!(error instanceof WorkerTokenError)) throw error;
    throw new CredentialError('credential_unusable', `cannot sign worker tokens: ${error.message}`);
  }
}
