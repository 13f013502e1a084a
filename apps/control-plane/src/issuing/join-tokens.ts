import type { CreateJoinToken } from '@stacyvm/api';
import type { JoinTokenRecord, Store } from '@stacyvm/store';
import { createJoinToken } from '@stacyvm/worker-rpc';
import type { Requester } from '../audit/admin-audit.js';
import type { IssueLimit } from './issue-limit.js';
import { joinTokenToCreate } from './issue-request.js';
import type { GetIssuingKey } from './issuing-key.js';

export interface JoinTokensOptions {
  readonly store: Pick<Store, 'joinTokens'>;
  readonly issuingKey: GetIssuingKey;
  readonly limit: IssueLimit;
  readonly clock: () => Date;
}

export interface JoinTokens {
  /**
   * Creates a token; only its hash is kept.
   *
   * @throws RequestError with the reason: a token that could not be redeemed is not made
   */
  create(
    request: CreateJoinToken,
    requester: Requester,
  ): Promise<{ readonly token: string; readonly record: JoinTokenRecord }>;
}

export function createJoinTokens({ store, issuingKey, limit, clock }: JoinTokensOptions): JoinTokens {
  return {
    async create(request, { actor }) {
      const { workerId, ttlMs, pool } = joinTokenToCreate(request);
      const key = issuingKey(workerId);
      if (key instanceof Error) throw key;
      await limit.take(actor);
      const { token, hash } = createJoinToken();
      const record = await store.joinTokens.create({
        workerId,
        pool,
        tokenHash: hash,
        createdBy: actor.id,
        expiresAt: new Date(clock().getTime() + ttlMs),
      });
      return { token, record };
    },
  };
}
