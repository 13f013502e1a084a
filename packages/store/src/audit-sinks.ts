import { type Kysely, sql } from 'kysely';
import { type AuditDeliveries, createAuditDeliveries } from './audit-deliveries.js';
import { exactNumber, requireCount, requireId } from './input-rules.js';
import type { StoreSchema } from './schema.js';

export interface HoldAuditSink {
  /** What the sink is known by; control planes that share it name it alike. */
  readonly id: string;
  /** As it is configured, for people. */
  readonly name: string;
  /** Who delivers to it. */
  readonly holder: string;
  readonly ttlMs: number;
}

/** A sink, and what it has not had yet. */
export interface AuditSinkRecord {
  readonly id: string;
  readonly name: string;
  /** Who delivers, or delivered last. */
  readonly holder: string;
  /** When somebody last was at it. */
  readonly seenAt: Date;
  readonly waitingRecords: number;
  /** When the oldest of these was recorded; undefined when there is none. */
  readonly waitingSince: Date | undefined;
}

/** Where the audit is sent on to. Times are those of the database, because several control planes compare them. */
export interface AuditSinkRepository extends AuditDeliveries {
  /**
   * Takes the right to deliver to a sink, or keeps it for longer; a sink that is not known yet is from then on. It only
   * saves work: two that deliver at once repeat records and lose none.
   *
   * @returns false while another one has it. @throws StoreError `invalid_input`
   */
  hold(request: HoldAuditSink): Promise<boolean>;
  /** Gives the right away at once. */
  release(request: Pick<HoldAuditSink, 'id' | 'holder'>): Promise<void>;
  /** Every sink that is known, by name. */
  list(): Promise<readonly AuditSinkRecord[]>;
  /** Forgets sinks that nobody was at for that long, with how far they had come. */
  forget(request: { readonly unseenMs: number }): Promise<readonly string[]>;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly holder: string;
  readonly seen_at: Date;
  readonly records: string;
  readonly since: Date | null;
}

export function createAuditSinkRepository(db: Kysely<StoreSchema>): AuditSinkRepository {
  return {
    ...createAuditDeliveries(db),

    async hold({ id, name, holder, ttlMs }) {
      requireId(id, 'audit sink id');
      requireId(holder, 'holder');
      const until = sql`clock_timestamp() + make_interval(secs => ${requireCount(ttlMs, 'ttlMs', 1) / 1000})`;
      const { rows } = await sql`
        insert into audit_sinks as sink (id, name, holder, held_until, seen_at)
        values (${id}, ${name}, ${holder}, ${until}, clock_timestamp())
        on conflict (id) do update set name = excluded.name, holder = excluded.holder,
          held_until = excluded.held_until, seen_at = excluded.seen_at
        where sink.holder = excluded.holder or sink.held_until < clock_timestamp()
        returning id`.execute(db);
      return rows.length > 0;
    },

    async release({ id, holder }) {
      await sql`
        update audit_sinks set held_until = '-infinity' where id = ${id} and holder = ${holder}`.execute(db);
    },

    async list() {
      const { rows } = await sql<Row>`
        select sink.id, sink.name, sink.holder, sink.seen_at,
          coalesce(sum(head.sequence - place.had), 0)::bigint as records, min(first.at) as since
        from audit_sinks as sink
        left join audit_heads as head on true
        left join audit_sink_cursors as cursor on cursor.sink = sink.id and cursor.tenant = head.tenant
        left join lateral (
          select greatest(coalesce(cursor.sequence, 0), head.anchor_sequence) as had) as place on true
        left join audit_events as first
          on first.tenant = head.tenant and first.sequence = place.had + 1 and place.had < head.sequence
        group by sink.id order by sink.name collate "C", sink.id`.execute(db);
      return rows.map(({ id, name, holder, seen_at: seenAt, records, since }) => ({
        id,
        name,
        holder,
        seenAt,
        waitingRecords: exactNumber(records, 'audit records'),
        waitingSince: since ?? undefined,
      }));
    },

    async forget({ unseenMs }) {
      const { rows } = await sql<{ name: string }>`
        delete from audit_sinks
        where seen_at < clock_timestamp() - make_interval(secs => ${requireCount(unseenMs, 'unseenMs') / 1000})
          and held_until < clock_timestamp()
        returning name`.execute(db);
      return rows.map(({ name }) => name);
    },
  };
}
