import type { AuditCategory, AuditOutcome, AuditPhase, AuditRecord, UnchainedRecord } from '@stacyvm/audit';
import type { Selectable } from 'kysely';
import { auditDetailJson } from './audit-detail.js';
import { StoreError } from './errors.js';
import { exactNumber, requireTime } from './input-rules.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { recordedText } from './recorded-text.js';
import type { AuditEventsTable } from './schema.js';

/** Something that is to be audited. None of it may be secret; texts are cut after 512 characters. */
export interface NewAuditEvent {
  /** The tenant acted on, whose chain it goes to; '' or absent is the platform. */
  readonly tenant?: string | undefined;
  /** The clock's time unless told. */
  readonly at?: Date | undefined;
  readonly category: AuditCategory;
  /** An intent has no outcome; everything else is one. */
  readonly phase?: AuditPhase | undefined;
  /** The `eventId` of the intent that this is the outcome of. */
  readonly intentId?: string | undefined;
  readonly actorKind: string;
  readonly actorId: string;
  /** The tenant of the credential. */
  readonly actorTenant?: string | undefined;
  /** What the actor proved itself with; '' when that has no id. */
  readonly credentialId: string;
  /** Such as `worker_token.issue`. */
  readonly action: string;
  /** Kind and id, such as `worker:w-1`. */
  readonly resource: string;
  readonly outcome: AuditOutcome | '';
  /** Why it was denied or failed, or '' . */
  readonly reason: string;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly userAgent?: string | undefined;
  readonly durationMs?: number | undefined;
  /** At most `MAX_AUDIT_DETAIL_BYTES` as JSON; members beyond that are left out and `truncated: true` is added. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Something that is audited, in its place. */
export interface AuditEvent {
  /** Grows with every event, over all chains. */
  readonly id: number;
  /** Place in the chain of `tenant`. */
  readonly sequence: number;
  readonly eventId: string;
  readonly tenant: string;
  readonly at: Date;
  readonly category: AuditCategory;
  readonly phase: AuditPhase;
  readonly intentId: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorTenant: string;
  readonly credentialId: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: AuditOutcome | '';
  readonly reason: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly durationMs: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly prevHash: string;
  readonly hash: string;
}

/** @throws StoreError `invalid_input` */
export function unchainedRecord(event: NewAuditEvent, now: Date, randomBytes?: RandomBytes): UnchainedRecord {
  const { phase = 'outcome', status = 0, durationMs = 0 } = event;
  if (event.action.trim() === '') throw new StoreError('invalid_input', 'audit action is required');
  if ((phase === 'intent') !== (event.outcome === '')) {
    throw new StoreError('invalid_input', 'an audited intent has no outcome, and everything else has one');
  }
  return {
    version: 1,
    tenant: recordedText(event.tenant ?? ''),
    event_id: newRecordId('ae', randomBytes),
    at: requireTime(event.at ?? now, 'at').toISOString(),
    category: event.category,
    phase,
    intent_id: recordedText(event.intentId ?? ''),
    actor_kind: recordedText(event.actorKind),
    actor_id: recordedText(event.actorId),
    actor_tenant: recordedText(event.actorTenant ?? ''),
    credential_id: recordedText(event.credentialId),
    action: recordedText(event.action),
    resource: recordedText(event.resource),
    outcome: event.outcome,
    reason: recordedText(event.reason),
    status: Math.max(Math.trunc(status), 0),
    method: recordedText(event.method ?? ''),
    path: recordedText(event.path ?? ''),
    request_id: recordedText(event.requestId),
    source_address: recordedText(event.sourceAddress),
    user_agent: recordedText(event.userAgent ?? ''),
    duration_ms: Math.max(Math.round(durationMs), 0),
    // What the database gives back is what was hashed.
    detail: JSON.parse(auditDetailJson(event.detail ?? {})) as Record<string, unknown>,
  };
}

/** The form in which it is hashed, exported and verified. */
export function auditRecordOf(event: AuditEvent): AuditRecord {
  return {
    version: 1,
    tenant: event.tenant,
    sequence: event.sequence,
    event_id: event.eventId,
    at: event.at.toISOString(),
    category: event.category,
    phase: event.phase,
    intent_id: event.intentId,
    actor_kind: event.actorKind,
    actor_id: event.actorId,
    actor_tenant: event.actorTenant,
    credential_id: event.credentialId,
    action: event.action,
    resource: event.resource,
    outcome: event.outcome,
    reason: event.reason,
    status: event.status,
    method: event.method,
    path: event.path,
    request_id: event.requestId,
    source_address: event.sourceAddress,
    user_agent: event.userAgent,
    duration_ms: event.durationMs,
    detail: event.detail,
    prev_hash: event.prevHash,
    hash: event.hash,
  };
}

/** Without judgement: what somebody has changed in the database is shown, and found by verification. */
export function auditEventFrom(row: Selectable<AuditEventsTable>): AuditEvent {
  return {
    id: exactNumber(row.id, 'audit event id'),
    sequence: exactNumber(row.sequence, 'audit sequence'),
    eventId: row.event_id,
    tenant: row.tenant,
    at: row.at,
    category: row.category as AuditCategory,
    phase: row.phase as AuditPhase,
    intentId: row.intent_id,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorTenant: row.actor_tenant,
    credentialId: row.credential_id,
    action: row.action,
    resource: row.resource,
    outcome: row.outcome as AuditOutcome | '',
    reason: row.reason,
    status: row.status,
    method: row.method,
    path: row.path,
    requestId: row.request_id,
    sourceAddress: row.source_address,
    userAgent: row.user_agent,
    durationMs: exactNumber(row.duration_ms, 'audit duration'),
    detail: row.detail,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
