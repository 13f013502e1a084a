import { type components, credentialExplanation } from '@stacyvm/api';
import type { PresentedCredential } from '@stacyvm/auth';
import type { PrincipalRevocationKind, PrincipalRevocationRecord, Store } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import type { LiveCallers } from '../callers/live-callers.js';
import { badRequest } from '../http-errors.js';
import { bearerRevocationOf, type RevokeBearerTokens } from '../people/bearer-revocation-request.js';
import type { BearerRevocations } from '../people/bearer-revocations.js';
import { type Handlers, NO_STORE, nextPage, pageOf, pathParameter } from './handler.js';

type Schemas = components['schemas'];

export interface AuthState {
  readonly store: Pick<Store, 'principalRevocations'>;
  readonly callers: Pick<LiveCallers, 'explain' | 'issuers'>;
  readonly bearerRevocations: Pick<BearerRevocations, 'putInForce'>;
  readonly clock: () => Date;
}

export function authHandlers(
  { store, callers, bearerRevocations, clock }: AuthState,
  audited: AuditedHandler,
): Handlers<'revokeBearerTokens' | 'listBearerRevocations' | 'removeBearerRevocation' | 'explainCredential'> {
  return {
    revokeBearerTokens: audited('revokeBearerTokens', async (request, { actor }) => {
      const record = await store.principalRevocations.add(
        bearerRevocationOf(request.body as RevokeBearerTokens, {
          revokedBy: actor.id,
          now: clock(),
          issuers: callers.issuers,
        }),
      );
      await bearerRevocations.putInForce();
      const body = revocationJson(record);
      const { kind, issuer, subject, issued_before, reason } = body;
      return {
        status: 201,
        body,
        resource: `bearer_revocation:${record.id}`,
        detail: { kind, issuer, subject, issued_before, reason },
      };
    }),

    listBearerRevocations: audited('listBearerRevocations', async (request) => {
      const { kind } = request.query;
      const page = await store.principalRevocations.list({
        ...pageOf(request),
        ...(kind === undefined ? {} : { kind: kind as PrincipalRevocationKind }),
      });
      return { body: page.items.map(revocationJson), headers: nextPage(page) };
    }),

    removeBearerRevocation: audited('removeBearerRevocation', async (request) => {
      const { kind, issuer, subject } = await store.principalRevocations.remove(pathParameter(request, 'id'));
      await bearerRevocations.putInForce();
      return { body: { status: 'removed' }, detail: { kind, issuer, subject } };
    }),

    explainCredential: audited('explainCredential', async (request) => {
      const explanation = await callers.explain(credentialOf(request.body as Schemas['ExplainCredential']));
      const detail = explanation.accepted
        ? { accepted: true, principal: explanation.principal.id }
        : { accepted: false, reason: explanation.reason };
      return { body: credentialExplanation(explanation), headers: NO_STORE, detail };
    }),
  };
}

function credentialOf({ token, api_key: apiKey }: Schemas['ExplainCredential']): PresentedCredential {
  if (token !== undefined && apiKey === undefined) return { token };
  if (apiKey !== undefined && token === undefined) return { apiKey };
  throw badRequest('credential_required', 'exactly one of token and api_key is needed');
}

function revocationJson(record: PrincipalRevocationRecord): Schemas['BearerRevocation'] {
  const { issuedBefore, expiresAt } = record;
  return {
    id: record.id,
    kind: record.kind,
    issuer: record.issuer,
    subject: record.subject,
    ...(issuedBefore === undefined ? {} : { issued_before: issuedBefore.toISOString() }),
    reason: record.reason,
    revoked_by: record.revokedBy,
    created_at: record.createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
  };
}
