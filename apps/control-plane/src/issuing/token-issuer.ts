import type { IssueWorkerToken } from '@stacyvm/api';
import type { Store } from '@stacyvm/store';
import {
  DEFAULT_WORKER_SCOPES,
  mintWorkerToken,
  type WorkerAudience,
  type WorkerScope,
} from '@stacyvm/token';
import type { Requester } from '../audit/admin-audit.js';
import { badRequest } from '../http-errors.js';
import type { TokenBinding } from '../worker-identity/worker-identity.js';
import type { IssueLimit } from './issue-limit.js';
import { tokenToIssue } from './issue-request.js';
import type { GetIssuingKey } from './issuing-key.js';

export interface TokenIssuerOptions {
  readonly store: Pick<Store, 'tokenIssuances'>;
  readonly issuingKey: GetIssuingKey;
  readonly tokenBinding: () => TokenBinding;
  readonly limit: IssueLimit;
  readonly clock: () => Date;
}

/** `token` is secret. */
export interface IssuedToken {
  readonly token: string;
  readonly tokenId: string;
  readonly workerId: string;
  readonly audience: WorkerAudience;
  /** What the token grants. */
  readonly scopes: readonly WorkerScope[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly keyFingerprint: string;
  /** Of the certificate that the token is bound to; undefined: to none. */
  readonly certificateThumbprint: string | undefined;
}

export interface TokenIssuer {
  /**
   * Signs a token for a worker with that worker's own key. It is recorded before it is given away.
   *
   * @param method who asks: an administrator, or the worker itself
   * @throws RequestError with the reason; StoreError when it cannot be recorded
   */
  issue(request: IssueWorkerToken, requester: Requester, method?: 'api' | 'worker'): Promise<IssuedToken>;
}

export function createTokenIssuer({
  store,
  issuingKey,
  tokenBinding,
  limit,
  clock,
}: TokenIssuerOptions): TokenIssuer {
  return {
    async issue(request, { actor, sourceAddress, requestId }, method = 'api') {
      const { workerId, audience, ttlSeconds, scopes, certificateThumbprint } = tokenToIssue(request);
      if (tokenBinding() === 'required' && certificateThumbprint === undefined) {
        throw badRequest(
          'certificate_required',
          'auth.worker_token_binding is required: give certificate_thumbprint, for a token that is not bound is refused',
        );
      }
      const key = issuingKey(workerId);
      if (key instanceof Error) throw key;
      await limit.take(actor);
      const { token, claims } = mintWorkerToken({
        key: key.key,
        workerId,
        audience,
        ttlSeconds,
        scopes,
        certificateThumbprint,
        now: clock(),
      });
      const issued = {
        tokenId: claims.tokenId,
        workerId,
        audience,
        scopes: claims.scopes ?? DEFAULT_WORKER_SCOPES[audience],
        issuedAt: claims.issuedAt,
        expiresAt: claims.expiresAt,
        keyFingerprint: key.masterFingerprint,
      };
      await store.tokenIssuances.append({
        ...issued,
        scopes: claims.scopes ?? null,
        requester: actor.id,
        credentialId: actor.credentialId,
        method,
        sourceAddress,
        requestId,
      });
      return { token, ...issued, certificateThumbprint };
    },
  };
}

/** Which certificate a token is bound to, as requests, answers and the audit tell it. */
export function boundTo({ certificateThumbprint }: { readonly certificateThumbprint: string | undefined }): {
  readonly certificate_thumbprint?: string;
} {
  return certificateThumbprint === undefined ? {} : { certificate_thumbprint: certificateThumbprint };
}
