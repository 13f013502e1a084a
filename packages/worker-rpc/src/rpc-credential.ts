import { keyFingerprint, mintWorkerToken, type WorkerScope, WorkerTokenError } from '@stacyvm/token';
import type { Clock } from './clock.js';
import { WorkerRpcError } from './errors.js';
import { FALLBACK_PERIOD_MS } from './fallback-period.js';

/**
 * How the control plane proves itself to a worker. `signed`: with the worker's derived key, or the master key, a token
 * for the one method is signed for each call. A call whose key the worker refuses is sent again with the next of
 * `fallbackKeys`, and the key that was accepted comes first for a while, until `key` is tried again: while keys are
 * rotated, it does not matter which side learns of the new one first. `static`: the same token every time, shared or the worker's own.
 */
export type RpcCredential =
  | {
      readonly kind: 'signed';
      readonly key: string | Uint8Array;
      readonly fallbackKeys?: ReadonlyArray<string | Uint8Array> | undefined;
      /** Told whenever the worker accepted a call that one of `fallbackKeys` proved: it is still needed. */
      readonly onFallback?: ((index: number) => void) | undefined;
    }
  | { readonly kind: 'static'; readonly token: string };

/** One way to prove a call. */
export interface CallProof {
  /** The token of one request, for the scope of its method. */
  token(scope: WorkerScope): string;
  /** To be told that the worker did not mind: others are tried after this one for a while. */
  accepted(): void;
}

/** The proofs of one client. */
export interface CallProofs {
  /** Never empty; the one that was accepted last comes first. */
  inOrder(): readonly CallProof[];
}

interface CallToken {
  readonly workerId: string;
  readonly scope: WorkerScope;
  readonly now: Date;
  readonly certificateThumbprint: string | undefined;
}

const TOKEN_LIFETIME_SECONDS = 120;

/** @param certificateThumbprint of the client certificate of the next connection, which tokens are bound to */
export function createCallProofs(
  credential: RpcCredential,
  workerId: string,
  clock: Clock,
  certificateThumbprint: () => string | undefined = () => undefined,
): CallProofs {
  if (credential.kind === 'static') {
    const proof: CallProof = { token: () => credential.token, accepted() {} };
    return { inOrder: () => [proof] };
  }
  const { key: active, fallbackKeys = [], onFallback } = credential;
  const all = [active, ...fallbackKeys];
  const keys = new Map(all.map((key) => [keyFingerprint(key), key]));
  let fallbackSinceMs = 0;
  const preferred: readonly CallProof[] = [...keys.values()].map((key) => {
    const proof: CallProof = {
      token: (scope) =>
        signedToken(key, { workerId, scope, now: clock(), certificateThumbprint: certificateThumbprint() }),
      accepted() {
        if (key !== active) onFallback?.(fallbackKeys.indexOf(key));
        if (order[0] === proof) return;
        order = [proof, ...order.filter((other) => other !== proof)];
        fallbackSinceMs = clock().getTime();
      },
    };
    return proof;
  });
  let order = preferred;
  return {
    inOrder() {
      const isOver = Math.abs(clock().getTime() - fallbackSinceMs) >= FALLBACK_PERIOD_MS;
      if (order[0] !== preferred[0] && isOver) order = preferred;
      return order;
    },
  };
}

function signedToken(
  key: string | Uint8Array,
  { workerId, scope, now, certificateThumbprint }: CallToken,
): string {
  try {
    return mintWorkerToken({
      key,
      workerId,
      audience: 'worker:rpc',
      ttlSeconds: TOKEN_LIFETIME_SECONDS,
      scopes: [scope],
      now,
      certificateThumbprint,
    }).token;
  } catch (error) {
    if (!(error instanceof WorkerTokenError)) throw error;
    throw new WorkerRpcError('invalid_configuration', `no token for the worker: ${error.message}`, {
      outcome: 'not_executed',
      reason: error.code,
    });
  }
}

/** The worker said why, and it was the key; or it is a reference worker, which never says why. */
const KEY_REFUSALS: ReadonlySet<string | undefined> = new Set([
  'token_bad_signature',
  'token_revoked',
  undefined,
]);

/** Whether a worker refused a call, surely without effect, in a way that another key may mend. */
export function isKeyRefusal(error: unknown): boolean {
  return error instanceof WorkerRpcError && error.status === 401 && KEY_REFUSALS.has(error.reason);
}
