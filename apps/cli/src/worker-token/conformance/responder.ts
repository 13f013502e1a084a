import {
  createKeyring,
  deriveWorkerKey,
  mintWorkerToken,
  verifyWorkerToken,
  type WorkerAudience,
  type WorkerKeyScope,
  type WorkerScope,
  WorkerTokenError,
  type WorkerTokenProfile,
} from '@stacyvm/token';

type Answer = Readonly<Record<string, unknown>>;

export interface VerifyRequest {
  readonly section: 'verify';
  readonly id: string;
  readonly profile: WorkerTokenProfile;
  readonly keys: { readonly active: string; readonly verify_only: readonly string[] };
  readonly worker_key_scope: WorkerKeyScope;
  /** Unix seconds, possibly with a fraction. */
  readonly now: number;
  readonly expected_audience: WorkerAudience;
  readonly expected_worker_id: string | null;
  readonly revoked: readonly string[];
  readonly token: string;
}

export interface MintRequest {
  readonly section: 'mint';
  readonly id: string;
  readonly key: string;
  /** Times are Unix seconds. */
  readonly claims: {
    readonly worker_id: string;
    readonly jti: string;
    readonly aud: WorkerAudience;
    readonly scopes?: readonly WorkerScope[];
    readonly exp: number;
    readonly iat: number;
    readonly nbf?: number;
  };
}

export interface DeriveRequest {
  readonly section: 'derive';
  readonly id: string;
  readonly master: string;
  readonly worker_id: string;
}

/** A line of the conformance protocol. */
export type ConformanceRequest = VerifyRequest | MintRequest | DeriveRequest;

/** Answers a request with our own library. Throws a TypeError when it is not one. */
export function answerTo(request: ConformanceRequest): Answer {
  const { id } = request;
  try {
    switch (request.section) {
      case 'verify':
        return { id, ...verify(request) };
      case 'mint':
        return { id, token: mint(request) };
      case 'derive':
        return { id, derived_key: deriveWorkerKey(request.master, request.worker_id) };
      default:
        throw new TypeError('its section is unknown');
    }
  } catch (error) {
    if (error instanceof WorkerTokenError) return { id, ok: false, code: error.code };
    throw error;
  }
}

function verify(request: VerifyRequest): Answer {
  const worker = verifyWorkerToken(request.token, {
    keyring: createKeyring({
      active: request.keys.active,
      verifyOnly: request.keys.verify_only,
      workerKeyScope: request.worker_key_scope,
    }),
    audience: request.expected_audience,
    workerId: request.expected_worker_id ?? undefined,
    profile: request.profile,
    isRevoked: ({ tokenId }) => tokenId !== undefined && request.revoked.includes(tokenId),
    now: request.now * 1000,
  });
  return {
    ok: true,
    worker_id: worker.workerId,
    jti: worker.tokenId ?? null,
    aud: worker.audience ?? null,
    scopes: worker.scopes,
    key: worker.keyRole,
  };
}

function mint({ key, claims }: MintRequest): string {
  return mintWorkerToken({
    key,
    workerId: claims.worker_id,
    audience: claims.aud,
    ttlSeconds: claims.exp - claims.iat,
    scopes: claims.scopes,
    tokenId: claims.jti,
    notBefore: claims.nbf === undefined ? undefined : new Date(claims.nbf * 1000),
    now: claims.iat * 1000,
  }).token;
}
