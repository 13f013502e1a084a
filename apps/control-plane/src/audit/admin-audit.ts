import type { AuditCategory, AuditOutcome } from '@stacyvm/audit';
import type { Logger } from '@stacyvm/logging';
import type { NewAuditEvent } from '@stacyvm/store';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../callers/client-address.js';
import type { AuditLog } from './audit-log.js';

/** Who somebody is, and what shows it; a principal is one. */
export interface Actor {
  readonly kind: string;
  readonly id: string;
  /** Not the credential itself. */
  readonly credentialId: string;
  /** Of the credential. */
  readonly tenant?: string;
}

/** Somebody of whom it is not known who it is. */
export const UNKNOWN_ACTOR: Actor = { kind: 'anonymous', id: '', credentialId: '' };

/** Something that calls as a worker, and of which it is not known which one it is. */
export const UNKNOWN_WORKER: Actor = { kind: 'worker', id: '', credentialId: '' };

/** Who asks for something, and from where. */
export interface Requester {
  readonly actor: Actor;
  /** Of the socket, or what a trusted proxy says of it; never what the caller says. */
  readonly sourceAddress: string;
  readonly requestId: string;
  /** The tenant that the request acts on; absent is the platform. */
  readonly tenant?: string | undefined;
  readonly method?: string;
  /** Without the query, which may hold anything. */
  readonly path?: string;
  readonly userAgent?: string | undefined;
}

export interface AuditedAction {
  /** `admin` unless told. */
  readonly category?: AuditCategory;
  /** Such as `worker_token.issue`. */
  readonly action: string;
  /** Kind and id, such as `worker:w-1`. */
  readonly resource: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface AuditedRefusal extends AuditedAction {
  readonly outcome: Exclude<AuditOutcome, 'success'>;
  readonly reason: string;
  readonly status?: number;
}

/** What became of something that was announced. */
export interface AttemptEnd {
  readonly outcome: AuditOutcome;
  readonly reason?: string;
  readonly status?: number;
  readonly resource?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Something whose intent is recorded; it ends once, the first end counts. */
export interface AuditedAttempt {
  /** More about how it will end. What is said here goes before what `end` says, but for the status. */
  note(end: Partial<AttemptEnd>): void;
  /** Never fails, and goes on when the caller is gone: what is not recorded is in the log. */
  end(end: AttemptEnd): Promise<void>;
  /** The same for what must not be answered unrecorded. @throws RequestError `audit_unavailable` */
  endBeforeAnswer(end: AttemptEnd): Promise<void>;
}

/** What is done and refused, by whom. */
export interface AdminAudit {
  /** Records that something is about to be done. @throws RequestError `audit_unavailable` in mode `required` */
  begin(requester: Requester, action: AuditedAction): Promise<AuditedAttempt>;
  /** @throws RequestError `audit_unavailable` in mode `required`: what cannot be recorded must not be answered with success */
  succeeded(requester: Requester, action: AuditedAction): Promise<void>;
  /** Never fails: that the refusal was not recorded is in the log. */
  refused(requester: Requester, refusal: AuditedRefusal): Promise<void>;
  /** Refusals that only the log has: there were too many from one caller. */
  unrecordedRefusals(): number;
}

/**
 * Refusals that cost a caller nothing, of callers that nobody knows and of too many requests: more of them from one
 * network or caller in a minute are only in the log.
 */
const CHEAP_REFUSALS_PER_MINUTE = 60;
/** A program that waits for the end of a sandbox asks for it until it is gone, and once more. */
const CHEAP_REASONS: ReadonlySet<string> = new Set(['rate_limited', 'sandbox_not_found']);
/** Of callers who are known; a program that asks for what it may not have must not fill the database either. */
const REFUSALS_PER_MINUTE = 600;

export function createAdminAudit(log: AuditLog, logger: Logger): AdminAudit {
  const cheap = new RateLimiterMemory({
    keyPrefix: 'cheap',
    points: CHEAP_REFUSALS_PER_MINUTE,
    duration: 60,
  });
  let unrecorded = 0;
  const known = new RateLimiterMemory({ keyPrefix: 'known', points: REFUSALS_PER_MINUTE, duration: 60 });

  function mayRecord({ actor, sourceAddress }: Requester, reason: string): Promise<boolean> {
    const isKnown = actor.id !== '';
    const limit = isKnown && !CHEAP_REASONS.has(reason) ? known : cheap;
    return limit.consume(isKnown ? `actor ${actor.id}` : `${actor.kind} ${networkOf(sourceAddress)}`).then(
      () => true,
      () => false,
    );
  }

  return {
    async begin(requester, action) {
      const started = performance.now();
      const intent = await log.record({ ...eventOf(requester, action), phase: 'intent', outcome: '' });
      let noted: Partial<AttemptEnd> = {};
      let hasEnded = false;
      const eventAt = (given: AttemptEnd): NewAuditEvent => {
        const end = { ...given, ...noted };
        return {
          ...eventOf(requester, {
            ...action,
            resource: end.resource ?? action.resource,
            ...(end.detail === undefined ? {} : { detail: end.detail }),
          }),
          intentId: intent?.eventId,
          outcome: end.outcome,
          reason: end.reason ?? '',
          status: given.status ?? 0,
          durationMs: performance.now() - started,
        };
      };
      return {
        note(end) {
          noted = { ...noted, ...end };
        },
        async end(end) {
          if (hasEnded) return;
          hasEnded = true;
          await log.note(eventAt(end));
        },
        async endBeforeAnswer(end) {
          if (hasEnded) return;
          hasEnded = true;
          await log.record(eventAt(end));
        },
      };
    },
    async succeeded(requester, action) {
      await log.record({ ...eventOf(requester, action), outcome: 'success', reason: '' });
    },
    async refused(requester, { outcome, reason, status, ...action }) {
      if (await mayRecord(requester, reason)) {
        await log.note({ ...eventOf(requester, action), outcome, reason, status });
        return;
      }
      unrecorded += 1;
      logger.warn('refusal not audited: too many from one caller', {
        request_id: requester.requestId,
        action: action.action,
        outcome,
        reason,
      });
    },
    unrecordedRefusals: () => unrecorded,
  };
}

function eventOf(
  { actor, sourceAddress, requestId, tenant, method, path, userAgent }: Requester,
  { category = 'admin', action, resource, detail }: AuditedAction,
): NewAuditEvent {
  return {
    tenant,
    category,
    actorKind: actor.kind,
    actorId: actor.id,
    actorTenant: actor.tenant,
    credentialId: actor.credentialId,
    action,
    resource,
    outcome: '',
    reason: '',
    method,
    path,
    requestId,
    sourceAddress,
    userAgent,
    detail,
  };
}
