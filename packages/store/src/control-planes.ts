import { type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { later, requireCount, requireId } from './input-rules.js';
import type { StoreSchema } from './schema.js';

/** What has been silent for this long is forgotten. */
const FORGET_AFTER_MS = 86_400_000;

/** Who listens to workers, at one moment. */
export interface ControlPlanePresence {
  /** Since when one of the control planes that are there has listened without a gap. */
  readonly listeningSince: Date;
  /** How many are there, this one included. */
  readonly controlPlanes: number;
}

/** That control planes are there. Only while one is, the silence of a worker says something about the worker. */
export interface ControlPlaneRepository {
  /**
   * Says that this one is there. After a gap of more than `gapMs` milliseconds it counts as new, and others with such a
   * gap as gone. @throws StoreError `invalid_input`
   */
  beat(presence: { readonly id: string; readonly gapMs: number }): Promise<ControlPlanePresence>;
  /** Takes it out at once. */
  leave(id: string): Promise<void>;
  /**
   * How much the clock of this process is surely ahead of that of the database, in milliseconds; negative: behind. 0 when the time that
   * the question took may explain all of it.
   */
  clockLeadMs(): Promise<number>;
}

export function createControlPlaneRepository(db: Kysely<StoreSchema>, clock: Clock): ControlPlaneRepository {
  return {
    async beat({ id, gapMs }) {
      const now = clock();
      const goneBefore = later(now, -requireCount(gapMs, 'gapMs', 1));
      const { rows } = await sql<{ since: Date; present: number }>`
        with mine as (
          insert into control_planes as known (id, listening_since, seen_at)
          values (${requireId(id, 'control plane id')}, ${now}, ${now})
          on conflict (id) do update set
            listening_since = case when known.seen_at < ${goneBefore} or known.listening_since > ${now}
              then ${now} else known.listening_since end,
            seen_at = ${now}
          returning listening_since),
        forgotten as (
          delete from control_planes
          where id <> ${id} and seen_at < ${later(now, -FORGET_AFTER_MS)}),
        present as (
          select listening_since from mine
          union all
          select listening_since from control_planes where id <> ${id} and seen_at >= ${goneBefore})
        select min(listening_since) as since, count(*)::int as present from present`.execute(db);
      return { listeningSince: rows[0]?.since ?? now, controlPlanes: rows[0]?.present ?? 1 };
    },

    async clockLeadMs() {
      const asked = clock().getTime();
      const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
      const answered = clock().getTime();
      const there = rows[0]?.now.getTime() ?? asked;
      if (asked > there) return asked - there;
      return Math.min(answered - there, 0);
    },

    async leave(id) {
      await db.deleteFrom('control_planes').where('id', '=', id).execute();
    },
  };
}
