import type { IssueWorkerToken } from '@stacyvm/api';
import type { Store, TokenIssuanceRecord } from '@stacyvm/store';
import { DEFAULT_WORKER_SCOPES, isWorkerAudience } from '@stacyvm/token';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { boundTo, type TokenIssuer } from '../issuing/token-issuer.js';
import type { Metrics } from '../metrics/metrics.js';
import { type Handlers, NO_STORE, nextPage, pageOf, workerIdFilter } from './handler.js';

export interface WorkerTokensState {
  readonly store: Pick<Store, 'tokenIssuances'>;
  readonly tokenIssuer: TokenIssuer;
  readonly metrics: Pick<Metrics, 'tokenIssued'>;
}

export function workerTokenHandlers(
  { store, tokenIssuer, metrics }: WorkerTokensState,
  audited: AuditedHandler,
): Handlers<'issueWorkerToken' | 'listWorkerTokenIssuances'> {
  return {
    issueWorkerToken: audited('issueWorkerToken', async (request, requester) => {
      const issued = await tokenIssuer.issue(request.body as IssueWorkerToken, requester);
      metrics.tokenIssued(issued.audience);
      const facts = {
        token_id: issued.tokenId,
        worker_id: issued.workerId,
        audience: issued.audience,
        scopes: [...issued.scopes],
        issued_at: issued.issuedAt.toISOString(),
        expires_at: issued.expiresAt.toISOString(),
        key_fingerprint: issued.keyFingerprint,
        ...boundTo(issued),
      };
      return {
        body: { token: issued.token, ...facts },
        headers: NO_STORE,
        resource: `worker:${issued.workerId}`,
        detail: facts,
      };
    }),

    listWorkerTokenIssuances: audited('listWorkerTokenIssuances', async (request) => {
      const page = await store.tokenIssuances.list({ ...pageOf(request), ...workerIdFilter(request) });
      return { body: page.items.map(issuanceJson), headers: nextPage(page) };
    }),
  };
}

function issuanceJson(issuance: TokenIssuanceRecord) {
  const { audience, scopes } = issuance;
  return {
    token_id: issuance.tokenId,
    worker_id: issuance.workerId,
    audience,
    scopes: [...(scopes ?? (isWorkerAudience(audience) ? DEFAULT_WORKER_SCOPES[audience] : []))],
    key_fingerprint: issuance.keyFingerprint,
    method: issuance.method,
    requester: issuance.requester,
    credential_id: issuance.credentialId,
    source_address: issuance.sourceAddress,
    request_id: issuance.requestId,
    issued_at: issuance.issuedAt.toISOString(),
    expires_at: issuance.expiresAt.toISOString(),
  };
}
