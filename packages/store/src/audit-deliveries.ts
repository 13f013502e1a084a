import { type Kysely, type Selectable, sql } from 'kysely';
import { type AuditEvent, auditEventFrom } from './audit-event.js';
import { exactNumber, requireCount } from './input-rules.js';
import { pageLimit } from './page.js';
import type { AuditEventsTable, StoreSchema } from './schema.js';

/** Events of a chain behind `after`, up to `upTo`. */
export interface DeliveryRange {
  readonly tenant: string;
  readonly after: number;
  readonly upTo: number;
}

/** A chain that has something for a sink. */
export interface WaitingChain extends DeliveryRange {
  /** Records that were pruned before the sink had them. */
  readonly missed: number;
}

/**
 * How far a sink has come. The place is kept for each chain: its events are committed in their order, because whoever
 * appends has its head locked. An order over all chains does not exist: `id` is given before the commit.
 */
export interface AuditDeliveries {
  /**
   * Chains of which the sink has not had everything, those first that have waited longest; 100 unless told, capped at 1000.
   * A sink begins each chain where it begins in the database.
   */
  waiting(request: { readonly id: string; readonly limit?: number }): Promise<readonly WaitingChain[]>;
  /** All events of the ranges, each chain in its order. What is not there any more is left out. */
  events(ranges: readonly DeliveryRange[]): Promise<readonly AuditEvent[]>;
  /** The sink has everything up to there; a place that is behind changes nothing. */
  advance(
    id: string,
    places: readonly { readonly tenant: string; readonly sequence: number }[],
  ): Promise<void>;
}

export function createAuditDeliveries(db: Kysely<StoreSchema>): AuditDeliveries {
  return {
    async waiting({ id, limit }) {
      const { rows } = await sql<{ tenant: string; had: string | null; anchor: string; up_to: string }>`
        select head.tenant, cursor.sequence as had, head.anchor_sequence as anchor, head.sequence as up_to
        from audit_heads as head
        left join audit_sink_cursors as cursor on cursor.sink = ${id} and cursor.tenant = head.tenant
        where head.sequence > coalesce(cursor.sequence, 0)
        order by head.updated_at, head.tenant limit ${pageLimit(limit)}`.execute(db);
      return rows.map(({ tenant, had, anchor: anchored, up_to: upTo }) => {
        const anchor = exactNumber(anchored, 'audit sequence');
        const place = had === null ? anchor : exactNumber(had, 'audit sequence');
        return {
          tenant,
          after: Math.max(place, anchor),
          upTo: exactNumber(upTo, 'audit sequence'),
          missed: Math.max(anchor - place, 0),
        };
      });
    },

    async events(ranges) {
      const { rows } = await sql<Selectable<AuditEventsTable>>`
        select event.* from unnest(${ranges.map(({ tenant }) => tenant)}::text[],
          ${ranges.map(({ after }) => requireCount(after, 'after'))}::bigint[],
          ${ranges.map(({ upTo }) => requireCount(upTo, 'upTo'))}::bigint[])
          with ordinality as wanted (tenant, after, up_to, place)
        join audit_events as event on event.tenant = wanted.tenant
          and event.sequence > wanted.after and event.sequence <= wanted.up_to
        order by wanted.place, event.sequence`.execute(db);
      return rows.map(auditEventFrom);
    },

    async advance(id, places) {
      await sql`
        insert into audit_sink_cursors as cursor (sink, tenant, sequence)
        select ${id}, * from unnest(${places.map(({ tenant }) => tenant)}::text[],
          ${places.map(({ sequence }) => requireCount(sequence, 'sequence'))}::bigint[])
        on conflict (sink, tenant) do update set sequence = excluded.sequence
        where cursor.sequence < excluded.sequence`.execute(db);
    },
  };
}
