import { type Kysely, type Selectable, sql } from 'kysely';
import { exactNumber } from './input-rules.js';
import { pageLimit } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import type { SandboxEventsTable, StoreSchema } from './schema.js';
import type { ReadFor } from './within-tenant.js';

/** Postgres channel that says that events came in: a hint to read at once. */
export const SANDBOX_EVENTS_CHANNEL = 'stacyvm_sandbox_events';

/** A place in the order of events, the same for every reader. */
export interface EventPosition {
  readonly xact: number;
  readonly id: number;
}

/** Before every event that is kept. */
export const FIRST_EVENT: EventPosition = { xact: 0, id: 0 };

/** Something that happened to a sandbox: `sandbox.` and its new state, `sandbox.created`, `sandbox.extended`, or `exec.` and an outcome. */
export interface SandboxEvent {
  readonly position: EventPosition;
  readonly type: string;
  readonly sandboxId: string;
  /** '' for none. */
  readonly tenantId: string;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReadEvents {
  readonly after: EventPosition;
  /** Rows at most; 100 unless told, capped at 1000. */
  readonly limit?: number;
  readonly sandboxId?: string | undefined;
  /** '' is those of no tenant. */
  readonly tenantId?: string | undefined;
}

export interface SandboxEventRepository {
  /** In their order. Events of transactions that have not ended are not among them, nor any behind those. */
  read(request: ReadEvents): Promise<readonly SandboxEvent[]>;
  /** Behind every event so far. */
  now(): Promise<EventPosition>;
  /** Whether the event at this place is kept; if not, what followed it may be gone as well. */
  isKept(position: EventPosition): Promise<boolean>;
  /** Forgets events from before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
}

/** Every transaction before it has ended. */
const SETTLED = sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;

export function createSandboxEventRepository(
  db: Kysely<StoreSchema>,
  readFor: ReadFor,
): SandboxEventRepository {
  return {
    async read({ after, limit, sandboxId, tenantId }) {
      const rows = await readFor(tenantId, (scoped) =>
        scoped
          .selectFrom('sandbox_events')
          .selectAll()
          .where(sql<boolean>`(xact, id) > (${after.xact}::bigint, ${after.id}::bigint)`)
          .where('xact', '<', SETTLED)
          .$if(sandboxId !== undefined, (query) => query.where('sandbox_id', '=', sandboxId ?? ''))
          .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId ?? ''))
          .orderBy('xact')
          .orderBy('id')
          .limit(pageLimit(limit))
          .execute(),
      );
      return rows.map(eventFrom);
    },

    async now() {
      const { rows } = await sql<{ xact: string }>`select ${SETTLED} as xact`.execute(db);
      return { xact: exactNumber(rows[0]?.xact ?? '0', 'position of an event'), id: 0 };
    },

    async isKept({ xact, id }) {
      const row = await db
        .selectFrom('sandbox_events')
        .select('id')
        .where('id', '=', String(id))
        .where('xact', '=', String(xact))
        .executeTakeFirst();
      return row !== undefined;
    },

    prune: (request) => deleteOldest(db, { table: 'sandbox_events', column: 'at' }, request),
  };
}

function eventFrom(row: Selectable<SandboxEventsTable>): SandboxEvent {
  return {
    position: {
      xact: exactNumber(row.xact, 'position of an event'),
      id: exactNumber(row.id, 'position of an event'),
    },
    type: row.type,
    sandboxId: row.sandbox_id,
    tenantId: row.tenant_id,
    at: row.at,
    data: row.data,
  };
}
