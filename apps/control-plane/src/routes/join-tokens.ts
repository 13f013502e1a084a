import type { CreateJoinToken, JoinToken } from '@stacyvm/api';
import type { JoinTokenRecord, Store } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import type { JoinTokens } from '../issuing/join-tokens.js';
import { type Handlers, NO_STORE, nextPage, pageOf, pathParameter, workerIdFilter } from './handler.js';

export interface JoinTokensState {
  readonly store: Pick<Store, 'joinTokens'>;
  readonly joinTokens: JoinTokens;
  readonly clock: () => Date;
}

export function joinTokenHandlers(
  { store, joinTokens, clock }: JoinTokensState,
  audited: AuditedHandler,
): Handlers<'createJoinToken' | 'listJoinTokens' | 'deleteJoinToken'> {
  return {
    createJoinToken: audited('createJoinToken', async (request, requester) => {
      const { token, record } = await joinTokens.create(request.body as CreateJoinToken, requester);
      const facts = {
        worker_id: record.workerId,
        pool: record.pool,
        created_at: record.createdAt.toISOString(),
        expires_at: record.expiresAt.toISOString(),
      };
      return {
        status: 201,
        body: { id: record.id, token, ...facts },
        headers: NO_STORE,
        resource: `join_token:${record.id}`,
        detail: facts,
      };
    }),

    listJoinTokens: audited('listJoinTokens', async (request) => {
      const page = await store.joinTokens.list({ ...pageOf(request), ...workerIdFilter(request) });
      const now = clock();
      return { body: page.items.map((record) => joinTokenJson(record, now)), headers: nextPage(page) };
    }),

    deleteJoinToken: audited('deleteJoinToken', async (request) => {
      await store.joinTokens.delete(pathParameter(request, 'id'));
      return { body: { status: 'deleted' } };
    }),
  };
}

function joinTokenJson(record: JoinTokenRecord, now: Date): JoinToken {
  const { redeemedAt, redeemedFrom, lastRefusedAt, lastRefusedFrom } = record;
  return {
    id: record.id,
    worker_id: record.workerId,
    pool: record.pool,
    state: stateOf(record, now),
    created_by: record.createdBy,
    created_at: record.createdAt.toISOString(),
    expires_at: record.expiresAt.toISOString(),
    ...(redeemedAt === undefined ? {} : { redeemed_at: redeemedAt.toISOString() }),
    ...(redeemedFrom === undefined ? {} : { redeemed_from: redeemedFrom }),
    refused_redemptions: record.refusedRedemptions,
    ...(lastRefusedAt === undefined ? {} : { last_refused_at: lastRefusedAt.toISOString() }),
    ...(lastRefusedFrom === undefined ? {} : { last_refused_from: lastRefusedFrom }),
  };
}

function stateOf({ redeemedAt, expiresAt }: JoinTokenRecord, now: Date): JoinToken['state'] {
  if (redeemedAt !== undefined) return 'redeemed';
  return expiresAt.getTime() > now.getTime() ? 'unused' : 'expired';
}
