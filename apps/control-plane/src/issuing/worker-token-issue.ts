import { type IssueWorkerToken, WorkerEndpointError } from '@stacyvm/worker-rpc';
import type { AdminAudit, Requester } from '../audit/admin-audit.js';
import { RequestError } from '../http-errors.js';
import type { TokenBinding } from '../worker-identity/worker-identity.js';
import { boundTo, type TokenIssuer } from './token-issuer.js';
import { endpointErrorOf } from './worker-refusal.js';

export interface WorkerTokenIssueOptions {
  readonly tokenIssuer: TokenIssuer;
  readonly tokenBinding: () => TokenBinding;
  readonly audit: AdminAudit;
  readonly onIssued: (audience: string) => void;
}

/**
 * Issues the next token of a worker that has proven itself by a token that it still has, or signs by its own key. It is
 * bound to the certificate that the worker asks with, if it has one.
 */
export function createWorkerTokenIssue({
  tokenIssuer,
  tokenBinding,
  audit,
  onIssued,
}: WorkerTokenIssueOptions): IssueWorkerToken {
  return async (workerId, { credential, certificateThumbprint, requestId, remoteAddress }) => {
    if (credential.form === 'static') {
      throw new WorkerEndpointError('forbidden', 'a static token does not get signed ones issued', {
        reason: 'static_token_refused',
      });
    }
    const requester: Requester = {
      actor: { kind: 'worker', id: `worker:${workerId}`, credentialId: credential.signingKeyFingerprint },
      sourceAddress: remoteAddress ?? '',
      requestId,
    };
    const action = { action: 'worker_token.issue', resource: `worker:${workerId}` };
    try {
      const issued = await tokenIssuer.issue(
        {
          worker_id: workerId,
          ...(tokenBinding() === 'off' ? {} : boundTo({ certificateThumbprint })),
        },
        requester,
        'worker',
      );
      const { tokenId, audience, expiresAt } = issued;
      await audit.succeeded(requester, {
        ...action,
        detail: {
          token_id: tokenId,
          audience,
          expires_at: expiresAt.toISOString(),
          ...boundTo(issued),
        },
      });
      onIssued(audience);
      return issued;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      await audit.refused(requester, { ...action, outcome: 'denied', reason: error.problem.reason });
      throw endpointErrorOf(error);
    }
  };
}
