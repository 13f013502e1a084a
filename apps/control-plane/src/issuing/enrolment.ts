import type { Logger } from '@stacyvm/logging';
import type { JoinTokenRecord, Store } from '@stacyvm/store';
import {
  type EnrolmentContext,
  type EnrolWorker,
  type JoinTokenRefusalReason,
  joinTokenHash,
  WorkerEndpointError,
} from '@stacyvm/worker-rpc';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type AdminAudit, type AuditedAction, type Requester, UNKNOWN_ACTOR } from '../audit/admin-audit.js';
import type { TokenBinding } from '../worker-identity/worker-identity.js';
import type { GetIssuingKey } from './issuing-key.js';
import { endpointErrorOf } from './worker-refusal.js';

export interface EnrolmentOptions {
  readonly store: Pick<Store, 'joinTokens'>;
  readonly issuingKey: GetIssuingKey;
  readonly tokenBinding: () => TokenBinding;
  readonly audit: AdminAudit;
  readonly logger: Logger;
  /** Told of every attempt: `redeemed`, or the reason of the refusal; for metrics. */
  readonly onOutcome?: ((outcome: string) => void) | undefined;
}

/** Bad tokens from one address in a minute; guessing one is hopeless, but each costs the database some work. */
const REFUSALS_PER_MINUTE = 60;

const MESSAGES: Readonly<Record<JoinTokenRefusalReason, string>> = {
  join_token_unknown: 'the join token is not known; create one: stacyvm worker join-token create',
  join_token_expired: 'the join token has expired; create another one: stacyvm worker join-token create',
  join_token_used: 'the join token has been used; if not by this worker, revoke the worker',
  join_token_other_worker: 'the join token is for another worker',
};

/** Lets a worker in by its join token: it is used up, recorded, and then answered with the worker's own key. */
export function createEnrolment(options: EnrolmentOptions): EnrolWorker {
  const { store, issuingKey, tokenBinding, audit, logger, onOutcome } = options;
  const refusals = new RateLimiterMemory({ points: REFUSALS_PER_MINUTE, duration: 60 });

  return async (workerId, joinToken, context) => {
    const requester: Requester = {
      actor: UNKNOWN_ACTOR,
      sourceAddress: context.remoteAddress ?? '',
      requestId: context.requestId,
    };
    const counted = await refusals.get(requester.sourceAddress);
    if (counted !== null && counted.consumedPoints >= REFUSALS_PER_MINUTE) {
      throw new WorkerEndpointError('rate_limited', 'too many bad join tokens; try again in a minute', {
        reason: 'enrolment_limit',
      });
    }
    // Its key would be of no use to it, and the join token would be spent.
    if (tokenBinding() === 'required' && context.certificateThumbprint === undefined) {
      await refused(requester, workerId, undefined, 'certificate_required', context);
      throw new WorkerEndpointError(
        'unauthorized',
        'workers must connect with a client certificate here; give the worker worker.control_plane_client_cert_file',
        { reason: 'certificate_required' },
      );
    }
    const refuse = async (
      reason: JoinTokenRefusalReason,
      record: JoinTokenRecord | undefined,
    ): Promise<never> => {
      await refused(requester, workerId, record, reason, context);
      throw new WorkerEndpointError('unauthorized', MESSAGES[reason], { reason });
    };
    const tokenHash = joinTokenHash(joinToken);
    // Whose token it is comes first: what is known of the worker is nothing for strangers.
    const presented = await store.joinTokens.findByHash(tokenHash);
    if (presented === undefined) return refuse('join_token_unknown', undefined);
    if (presented.workerId !== workerId) return refuse('join_token_other_worker', presented);
    const key = issuingKey(workerId);
    if (key instanceof Error) {
      await refused(requester, workerId, presented, key.problem.reason, context);
      throw endpointErrorOf(key);
    }
    const { reason, record } = await redeem(tokenHash, requester.sourceAddress);
    if (reason !== undefined) return refuse(reason, record);
    const actor = { kind: 'join_token', id: workerId, credentialId: record.id };
    await audit.succeeded({ ...requester, actor }, redemptionOf(workerId, record, context));
    logger.info('worker enrolled', {
      worker_id: workerId,
      join_token_id: record.id,
      key_fingerprint: key.fingerprint,
      source_address: requester.sourceAddress,
    });
    onOutcome?.('redeemed');
    return { key: key.key, keyFingerprint: key.fingerprint, pool: record.pool };
  };

  async function redeem(
    tokenHash: string,
    from: string,
  ): Promise<
    | { readonly reason: JoinTokenRefusalReason; readonly record: JoinTokenRecord | undefined }
    | { readonly reason?: undefined; readonly record: JoinTokenRecord }
  > {
    const redemption = await store.joinTokens.redeem({ tokenHash, from });
    switch (redemption.outcome) {
      case 'redeemed':
        return { record: redemption.record };
      case 'expired':
        return { reason: 'join_token_expired', record: redemption.record };
      case 'already_redeemed':
        warnOfSecondRedemption(redemption.record);
        return { reason: 'join_token_used', record: redemption.record };
      case 'unknown':
        return { reason: 'join_token_unknown', record: undefined };
    }
  }

  /** Somebody else may have been first: whichever of the two is the worker, the other one has seen its token. */
  function warnOfSecondRedemption(record: JoinTokenRecord): void {
    logger.warn(
      `join token redeemed twice: ${record.id} of worker ${record.workerId}; unless the worker itself came again, revoke it`,
      {
        join_token_id: record.id,
        worker_id: record.workerId,
        redeemed_at: record.redeemedAt?.toISOString(),
        redeemed_from: record.redeemedFrom,
        refused_from: record.lastRefusedFrom,
        refused_redemptions: record.refusedRedemptions,
      },
    );
  }

  async function refused(
    requester: Requester,
    workerId: string,
    record: JoinTokenRecord | undefined,
    reason: string,
    context: EnrolmentContext,
  ): Promise<void> {
    onOutcome?.(reason);
    await refusals.penalty(requester.sourceAddress);
    await audit.refused(requester, {
      ...redemptionOf(workerId, record, context),
      outcome: 'denied',
      reason,
    });
  }
}

function redemptionOf(
  workerId: string,
  record: JoinTokenRecord | undefined,
  { hostname }: EnrolmentContext,
): AuditedAction {
  return {
    action: 'join_token.redeem',
    resource: record === undefined ? `worker:${workerId}` : `join_token:${record.id}`,
    detail: { worker_id: workerId, ...(hostname === undefined ? {} : { hostname }) },
  };
}
