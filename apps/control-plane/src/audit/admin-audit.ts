import type { AuditOutcome } from '@stacyvm/audit';
import type { Logger } from '@stacyvm/logging';
import type { Store } from '@stacyvm/store';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Who somebody is, and what shows it; a principal is one. */
export interface Actor {
  readonly kind: string;
  readonly id: string;
  /** Not the credential itself. */
  readonly credentialId: string;
}

/** Somebody of whom it is not known who it is. */
export const UNKNOWN_ACTOR: Actor = { kind: 'anonymous', id: '', credentialId: '' };

/** Who asks for something, and from where. */
export interface Requester {
  readonly actor: Actor;
  /** Of the socket, or what a trusted proxy says of it; never what the caller says. */
  readonly sourceAddress: string;
  readonly requestId: string;
}

export interface AuditedAction {
  /** Such as `worker_token.issue`. */
  readonly action: string;
  /** Kind and id, such as `worker:w-1`. */
  readonly resource: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface AuditedRefusal extends AuditedAction {
  readonly outcome: Exclude<AuditOutcome, 'success'>;
  readonly reason: string;
}

/** What administrators do and are refused, and who joins. */
export interface AdminAudit {
  /** @throws StoreError: what cannot be recorded must not be answered with success */
  succeeded(requester: Requester, action: AuditedAction): Promise<void>;
  /** Never fails: that the refusal was not recorded is in the log. */
  refused(requester: Requester, refusal: AuditedRefusal): Promise<void>;
}

/**
 * Refusals that cost a caller nothing, of callers that nobody knows and of too many requests: more of them from one
 * address or caller in a minute are only in the log.
 */
const CHEAP_REFUSALS_PER_MINUTE = 60;

export function createAdminAudit(store: Pick<Store, 'audit'>, logger: Logger): AdminAudit {
  const cheap = new RateLimiterMemory({ points: CHEAP_REFUSALS_PER_MINUTE, duration: 60 });

  function append(
    { actor, sourceAddress, requestId }: Requester,
    { action, resource, detail }: AuditedAction,
    outcome: AuditOutcome,
    reason: string,
  ): Promise<unknown> {
    return store.audit.append({
      category: 'admin',
      actorKind: actor.kind,
      actorId: actor.id,
      credentialId: actor.credentialId,
      action,
      resource,
      outcome,
      reason,
      requestId,
      sourceAddress,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  async function mayRecord({ actor, sourceAddress }: Requester, reason: string): Promise<boolean> {
    const isKnown = actor !== UNKNOWN_ACTOR;
    if (isKnown && reason !== 'rate_limited') return true;
    return cheap.consume(isKnown ? `actor ${actor.id}` : sourceAddress).then(
      () => true,
      () => false,
    );
  }

  return {
    async succeeded(requester, action) {
      await append(requester, action, 'success', '');
    },
    async refused(requester, { outcome, reason, ...action }) {
      const fields = { request_id: requester.requestId, action: action.action, outcome, reason };
      if (!(await mayRecord(requester, reason))) {
        logger.warn('refusal not audited: too many from one caller', fields);
        return;
      }
      try {
        await append(requester, action, outcome, reason);
      } catch (error) {
        logger.error('refusal not audited', { ...fields, error });
      }
    },
  };
}
