import type { components } from '@stacyvm/api';
import type { AuditEvent, AuditHead } from '@stacyvm/store';

type Schemas = components['schemas'];

export function auditEventJson(event: AuditEvent): Schemas['AuditEvent'] {
  return {
    id: event.id,
    actor: event.actorId,
    method: event.method,
    path: event.path,
    status: event.status,
    duration_ms: event.durationMs,
    request_id: event.requestId,
    remote_addr: event.sourceAddress,
    user_agent: event.userAgent,
    tenant_id: event.tenant,
    created_at: event.at.toISOString(),
    event_id: event.eventId,
    sequence: event.sequence,
    category: event.category,
    phase: event.phase,
    intent_id: event.intentId,
    actor_kind: event.actorKind,
    actor_tenant_id: event.actorTenant,
    credential_id: event.credentialId,
    action: event.action,
    resource: event.resource,
    outcome: event.outcome,
    reason: event.reason,
    detail: { ...event.detail },
    prev_hash: event.prevHash,
    hash: event.hash,
  };
}

/** As the reference has it; the sandbox and the provider as far as they are known. */
export function operationAuditJson(event: AuditEvent): Schemas['OperationAudit'] {
  const provider = event.detail['provider'];
  return {
    id: event.id,
    actor: event.actorId,
    action: event.action,
    sandbox_id: /^sandbox:(.*)$/s.exec(event.resource)?.[1] ?? '',
    resource: event.resource,
    provider: typeof provider === 'string' ? provider : '',
    status: event.outcome === '' ? 'intent' : event.outcome,
    detail: JSON.stringify(event.detail),
    tenant_id: event.tenant,
    created_at: event.at.toISOString(),
  };
}

export function auditChainJson(head: AuditHead): Schemas['AuditChain'] {
  return {
    tenant_id: head.tenant,
    sequence: head.sequence,
    hash: head.hash,
    anchor_sequence: head.anchorSequence,
    checkpoint_sequence: head.checkpointSequence,
    ...(head.updatedAt === undefined ? {} : { updated_at: head.updatedAt.toISOString() }),
  };
}
