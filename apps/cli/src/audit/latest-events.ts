import { randomUUID } from 'node:crypto';
import type { AuditClient, AuditEvent } from '@stacyvm/api';
import type { AuditRecord } from '@stacyvm/audit';
import type { AuditSubject } from './audit-subject.js';
import { type AuditFilter, explained, matchingLines, tenantIdOf } from './read-audit.js';

/** A record as lists show it, without its number in the database: the route of a tenant does not tell it. */
export type ListedEvent = Omit<AuditEvent, 'id'>;

/** The most that one page has. */
const PAGE_LIMIT = 500;

/** The newest records of a subject that match, `limit` of them at most. */
export async function latestEvents(
  audit: Pick<AuditClient, 'list' | 'lines' | 'tenantLines'>,
  subject: AuditSubject,
  filter: AuditFilter,
  limit: number,
): Promise<readonly ListedEvent[]> {
  const events: ListedEvent[] = [];
  for await (const event of eventsOf(audit, subject, filter, limit)) {
    events.push(event);
    if (events.length >= limit) break;
  }
  return events;
}

async function* eventsOf(
  audit: Pick<AuditClient, 'list' | 'lines' | 'tenantLines'>,
  subject: AuditSubject,
  filter: AuditFilter,
  limit: number,
): AsyncGenerator<ListedEvent> {
  if (subject.kind === 'tenant') {
    // The list would begin with the reading itself.
    const requestId = randomUUID();
    for await (const line of matchingLines(audit, subject, filter, 'ndjson', requestId)) {
      const event = listedEvent(JSON.parse(line) as AuditRecord);
      if (event.request_id !== requestId) yield event;
    }
    return;
  }
  const query = { ...filter, ...tenantIdOf(subject), limit: Math.min(limit, PAGE_LIMIT) };
  for await (const { id, ...event } of explained(audit.list(query))) yield event;
}

/** The page of a tenant has two forms of records, and few members in one of them; its lines have all of them. */
function listedEvent(record: AuditRecord): ListedEvent {
  const { version, tenant, at, actor_id, actor_tenant, source_address, ...same } = record;
  return {
    ...same,
    actor: actor_id,
    actor_tenant_id: actor_tenant,
    tenant_id: tenant,
    created_at: at,
    remote_addr: source_address,
    detail: { ...same.detail },
  };
}
