import type { AuditCategory, AuditOutcome, AuditPhase } from '@stacyvm/audit';
import { type Kysely, sql } from 'kysely';
import { type AuditEvent, auditEventFrom } from './audit-event.js';
import { requireTime } from './input-rules.js';
import {
  decodeTimeCursor,
  encodeTimeCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
  serialCursor,
} from './page.js';
import type { StoreSchema } from './schema.js';

export interface AuditFilter extends PageRequest {
  /** The chain of one tenant; '' is the platform. All of them when absent. */
  readonly tenant?: string;
  readonly category?: AuditCategory;
  readonly phase?: AuditPhase;
  readonly action?: string;
  readonly actorId?: string;
  readonly resource?: string;
  readonly outcome?: AuditOutcome;
  /** HTTP status of the answer. */
  readonly status?: number;
  readonly method?: string;
  /** Part of the path. */
  readonly pathPart?: string;
  readonly requestId?: string;
  /** From this time on. */
  readonly since?: Date;
  /** Before this time. */
  readonly until?: Date;
}

const EXACT = {
  tenant: 'tenant',
  category: 'category',
  phase: 'phase',
  action: 'action',
  actorId: 'actor_id',
  resource: 'resource',
  outcome: 'outcome',
  status: 'status',
  method: 'method',
  requestId: 'request_id',
} as const;

/** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
export async function listAuditEvents(
  db: Kysely<StoreSchema>,
  filter: AuditFilter = {},
): Promise<Page<AuditEvent>> {
  const { limit, after, pathPart, since, until } = filter;
  const size = pageLimit(limit);
  let query = db.selectFrom('audit_events').selectAll();
  for (const name of Object.keys(EXACT) as Array<keyof typeof EXACT>) {
    const value = filter[name];
    if (value !== undefined) query = query.where(EXACT[name], '=', value);
  }
  if (pathPart !== undefined) {
    query = query.where(sql<boolean>`position(${pathPart} in path) > 0`);
  }
  if (since !== undefined) query = query.where('at', '>=', requireTime(since, 'since'));
  if (until !== undefined) query = query.where('at', '<', requireTime(until, 'until'));
  if (after !== undefined) {
    const { at, id } = decodeTimeCursor(after);
    query = query.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${serialCursor(id)}::bigint)`);
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(size + 1)
    .execute();
  return pageOf(rows.map(auditEventFrom), size, ({ at, id }) => encodeTimeCursor({ at, id: String(id) }));
}
