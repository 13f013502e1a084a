import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  isWorkerId,
  type KeyRole,
  TOKEN_PREFIX,
  type VerifiedWorkerToken,
  WORKER_SCOPES,
  type WorkerScope,
  WorkerTokenError,
  type WorkerTokenProfile,
  type WorkerTokenVerifier,
} from '@stacyvm/token';
import { tokenReason, type WorkerRefusalReason } from './token-reason.js';
import { presentedCredential } from './worker-headers.js';

/** What a caller proved its identity with; nothing in it is secret. */
export type WorkerCredential =
  | {
      readonly form: 'signed';
      readonly keyRole: KeyRole;
      /** Of the key of the keyring: for a derived key, that of its master. */
      readonly keyFingerprint: string;
      /** Of the key that signed: for a derived key, its own. */
      readonly signingKeyFingerprint: string;
      /** Undefined only in the profile `compatible`. */
      readonly tokenId: string | undefined;
      /** Undefined only in the profile `compatible`. */
      readonly issuedAt: Date | undefined;
      readonly expiresAt: Date;
      /** What the token satisfies, whatever the verifier demands: `strict` when it has a jti, an iat and an aud. */
      readonly profile: WorkerTokenProfile;
    }
  | { readonly form: 'static'; readonly kind: 'shared' | 'worker' };

export interface AuthenticatedWorker {
  readonly ok: true;
  readonly workerId: string;
  readonly scopes: readonly WorkerScope[];
  readonly credential: WorkerCredential;
}

export interface AuthenticationRefusal {
  readonly ok: false;
  readonly status: 401 | 503;
  readonly code: 'UNAUTHORIZED' | 'UNAVAILABLE';
  readonly message: string;
  readonly reason: WorkerRefusalReason;
}

export type WorkerAuthentication = AuthenticatedWorker | AuthenticationRefusal;

/**
 * Tells by the headers of a request, and by the client certificate of its connection if there is one, who presents it.
 *
 * @param certificateThumbprint from TLS alone: a header says what anybody likes. Undefined: bound tokens are refused
 */
export type AuthenticateWorker = (
  headers: IncomingHttpHeaders,
  certificateThumbprint?: string | undefined,
) => WorkerAuthentication;

export interface WorkerAuthenticatorOptions {
  /** Verifies signed tokens for the audience of this server. Absent: no signed token is accepted. */
  readonly verifier?: WorkerTokenVerifier | undefined;
  /** The static token of every worker that has none of its own. */
  readonly sharedToken?: string | undefined;
  /** Static tokens by worker id. A worker with an entry is not let in by the shared token. */
  readonly workerTokens?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
  /** `refuse`: no static token is let in, whatever is configured. By default `accept`. */
  readonly staticTokens?: 'accept' | 'refuse' | undefined;
  /** In a worker: its own id, the only one that is let in. */
  readonly workerId?: string | undefined;
}

/**
 * Creates the check of worker credentials (worker protocol 2.5 and 4.6, made strict). Signed tokens come first, then
 * the worker's own static token, then the shared one. What begins as a signed token is never compared with a static
 * one. Static tokens grant every scope.
 */
export function createWorkerAuthenticator(options: WorkerAuthenticatorOptions): AuthenticateWorker {
  const { verifier, workerId: ownId } = options;
  const digestOf = createDigest();
  const shared = options.sharedToken?.trim() ? digestOf(options.sharedToken.trim()) : undefined;
  const { workerTokens = {} } = options;
  const byWorker = new Map(
    [...(isMap(workerTokens) ? workerTokens : Object.entries(workerTokens))]
      .filter(([, token]) => token.trim() !== '')
      .map(([id, token]) => [id, digestOf(token.trim())]),
  );
  const configured = verifier !== undefined || shared !== undefined || byWorker.size > 0;

  function refuse(reason: WorkerRefusalReason): AuthenticationRefusal {
    const message = `invalid or missing worker ${ownId === undefined ? '' : 'RPC '}credentials`;
    return { ok: false, status: 401, code: 'UNAUTHORIZED', message, reason };
  }

  function authenticateSigned(
    workerId: string,
    token: string,
    certificateThumbprint: string | undefined,
  ): WorkerAuthentication {
    if (verifier === undefined) return refuse('signed_token_not_allowed');
    try {
      const verified = verifier.verify(token, { workerId, certificateThumbprint });
      return { ok: true, workerId, scopes: verified.scopes, credential: signedCredential(verified) };
    } catch (error) {
      if (error instanceof WorkerTokenError) return refuse(tokenReason(error.code));
      throw error;
    }
  }

  function authenticateStatic(workerId: string, token: string): WorkerAuthentication {
    if (options.staticTokens === 'refuse') return refuse('static_token_refused');
    const own = byWorker.get(workerId);
    const expected = own ?? shared;
    if (expected === undefined) return refuse('static_token_not_allowed');
    if (!timingSafeEqual(expected, digestOf(token))) return refuse('static_token_mismatch');
    const kind = own === undefined ? 'shared' : 'worker';
    return { ok: true, workerId, scopes: WORKER_SCOPES, credential: { form: 'static', kind } };
  }

  return (headers, certificateThumbprint) => {
    if (!configured) return NOT_CONFIGURED;
    const { workerId, token } = presentedCredential(headers);
    if (workerId === '' || token === '') return refuse('credentials_missing');
    if (!isWorkerId(workerId)) return refuse('worker_id_invalid');
    if (ownId !== undefined && workerId !== ownId) return refuse('worker_mismatch');
    return token.startsWith(TOKEN_PREFIX)
      ? authenticateSigned(workerId, token, certificateThumbprint)
      : authenticateStatic(workerId, token);
  };
}

function signedCredential(verified: VerifiedWorkerToken): WorkerCredential {
  const { keyRole, keyFingerprint, signingKeyFingerprint, tokenId, issuedAt, expiresAt } = verified;
  const strict = tokenId !== undefined && issuedAt !== undefined && verified.audience !== undefined;
  return {
    form: 'signed',
    keyRole,
    keyFingerprint,
    signingKeyFingerprint,
    tokenId,
    issuedAt,
    expiresAt,
    profile: strict ? 'strict' : 'compatible',
  };
}

function isMap(
  tokens: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
): tokens is ReadonlyMap<string, string> {
  return Symbol.iterator in tokens;
}

const NOT_CONFIGURED: AuthenticationRefusal = {
  ok: false,
  status: 503,
  code: 'UNAVAILABLE',
  message: 'worker token is not configured',
  reason: 'worker_auth_not_configured',
};

/** Digests under a key of this process, so that comparing them tells nothing about how much of a token was right. */
function createDigest(): (text: string) => Buffer {
  const key = randomBytes(32);
  return (text) => createHmac('sha256', key).update(text).digest();
}
