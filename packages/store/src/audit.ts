import type { Kysely } from 'kysely';
import { type AppendAuditEvent, createAuditAppender } from './audit-appender.js';
import { type AuditChains, createAuditChains } from './audit-chains.js';
import type { AuditEvent } from './audit-event.js';
import { type AuditFilter, listAuditEvents } from './audit-list.js';
import { type AuditSummary, summarizeAudit } from './audit-summary.js';
import type { Clock } from './clock.js';
import type { Page } from './page.js';
import type { StoreSchema } from './schema.js';
import type { ReadFor } from './within-tenant.js';

/** What was done, by whom and with what outcome. Events are added and read, and never changed; only the oldest go. */
export interface AuditRepository extends AuditChains {
  /** Resolves when the event is committed. @throws StoreError `invalid_input`, `unavailable` */
  readonly append: AppendAuditEvent;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: AuditFilter): Promise<Page<AuditEvent>>;
  /** How far the chains have come, over all of them. */
  summary(): Promise<AuditSummary>;
}

export function createAuditRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  readFor: ReadFor,
): AuditRepository {
  return {
    ...createAuditChains(db, clock),
    append: createAuditAppender(db, clock),
    list: (filter) => readFor(filter?.tenant, (scoped) => listAuditEvents(scoped, filter)),
    summary: () => summarizeAudit(db),
  };
}
