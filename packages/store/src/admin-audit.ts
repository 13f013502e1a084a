import { type Kysely, type Selectable, sql } from 'kysely';
import { auditDetailJson } from './audit-detail.js';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber, requireTime } from './input-rules.js';
import {
  decodeTimeCursor,
  encodeTimeCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
  serialCursor,
} from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import { recordedText } from './recorded-text.js';
import type { AdminAuditTable, StoreSchema } from './schema.js';

export const AUDIT_OUTCOMES = ['success', 'denied', 'failure'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** What an administrator did or was refused. None of it may be secret; texts are cut after 512 characters. */
export interface NewAdminAuditEntry {
  /** The clock's time unless told. */
  readonly at?: Date;
  readonly actorKind: string;
  readonly actorId: string;
  /** What the actor proved itself with; '' when that has no id. */
  readonly credentialId: string;
  /** Such as `worker_token.issue`. */
  readonly action: string;
  /** Kind and id, such as `worker:w-1`. */
  readonly resource: string;
  readonly outcome: AuditOutcome;
  /** Why it was denied or failed, or '' . */
  readonly reason: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  /** At most `MAX_AUDIT_DETAIL_BYTES` as JSON; members beyond that are left out and `truncated: true` is added. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface AdminAuditRecord extends Required<NewAdminAuditEntry> {
  /** Grows with every entry. */
  readonly id: number;
}

export interface AdminAuditFilter extends PageRequest {
  readonly action?: string;
  readonly actorId?: string;
  readonly resource?: string;
  readonly outcome?: AuditOutcome;
  /** From this time on. */
  readonly since?: Date;
  /** Before this time. */
  readonly until?: Date;
}

/** Entries are added and read, and never changed; only the oldest go, by `prune`. */
export interface AdminAuditRepository {
  /** @throws StoreError `invalid_input` */
  append(entry: NewAdminAuditEntry): Promise<AdminAuditRecord>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: AdminAuditFilter): Promise<Page<AdminAuditRecord>>;
  /** Forgets what was recorded before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
}

export function createAdminAuditRepository(db: Kysely<StoreSchema>, clock: Clock): AdminAuditRepository {
  return {
    async append(entry) {
      if (entry.action.trim() === '') {
        throw new StoreError('invalid_input', 'audit action is required');
      }
      const row = await db
        .insertInto('admin_audit')
        .values({
          at: requireTime(entry.at ?? clock(), 'at'),
          actor_kind: recordedText(entry.actorKind),
          actor_id: recordedText(entry.actorId),
          credential_id: recordedText(entry.credentialId),
          action: recordedText(entry.action),
          resource: recordedText(entry.resource),
          outcome: entry.outcome,
          reason: recordedText(entry.reason),
          request_id: recordedText(entry.requestId),
          source_address: recordedText(entry.sourceAddress),
          detail: auditDetailJson(entry.detail ?? {}),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return entryFrom(row);
    },

    async list({ limit, after, action, actorId, resource, outcome, since, until } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('admin_audit').selectAll();
      if (action !== undefined) {
        query = query.where('action', '=', action);
      }
      if (actorId !== undefined) {
        query = query.where('actor_id', '=', actorId);
      }
      if (resource !== undefined) {
        query = query.where('resource', '=', resource);
      }
      if (outcome !== undefined) {
        query = query.where('outcome', '=', outcome);
      }
      if (since !== undefined) {
        query = query.where('at', '>=', requireTime(since, 'since'));
      }
      if (until !== undefined) {
        query = query.where('at', '<', requireTime(until, 'until'));
      }
      if (after !== undefined) {
        const { at, id } = decodeTimeCursor(after);
        query = query.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${serialCursor(id)}::bigint)`);
      }
      const rows = await query
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(entryFrom), size, ({ at, id }) => encodeTimeCursor({ at, id: String(id) }));
    },

    prune: (request) => deleteOldest(db, { table: 'admin_audit', column: 'at' }, request),
  };
}

function entryFrom(row: Selectable<AdminAuditTable>): AdminAuditRecord {
  const outcome = AUDIT_OUTCOMES.find((known) => known === row.outcome);
  if (outcome === undefined) {
    throw new StoreError('schema', `unknown audit outcome "${row.outcome}" in the database`);
  }
  return {
    id: exactNumber(row.id, 'audit entry id'),
    at: row.at,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    credentialId: row.credential_id,
    action: row.action,
    resource: row.resource,
    outcome,
    reason: row.reason,
    requestId: row.request_id,
    sourceAddress: row.source_address,
    detail: row.detail,
  };
}
