import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import type { StoreSchema } from './schema.js';

/** How many tokens somebody wants from a bucket that holds `capacity` and gets `perSecond` back, fractions included. */
export interface BucketQuestion {
  /** At most 64 characters. No two questions of one call have the same. */
  readonly key: string;
  readonly wanted: number;
  readonly capacity: number;
  readonly perSecond: number;
}

export interface BucketAnswer {
  readonly key: string;
  /** As many as were wanted, or all that were there. */
  readonly granted: number;
  /** What is left, fractions included. */
  readonly tokens: number;
}

/**
 * Buckets of tokens that control planes share. Time is that of the database. A crash of its server fills them: they are not
 * worth a write to the disk for every request.
 */
export interface RateBucketRepository {
  /** Takes from several buckets in one statement. @throws StoreError `unavailable`, `invalid_input` */
  take(questions: readonly BucketQuestion[]): Promise<readonly BucketAnswer[]>;
  /**
   * Forgets buckets that nobody has asked for in `idleSeconds`, and the longest idle ones when there are more than `keep`.
   * @returns how many
   */
  prune(request: { readonly idleSeconds: number; readonly keep: number }): Promise<number>;
}

/** In one statement at most, so that none takes long. */
const PRUNE_LIMIT = 10_000;

export function createRateBucketRepository(db: Kysely<StoreSchema>): RateBucketRepository {
  return {
    async take(questions) {
      if (questions.length === 0) return [];
      for (const { wanted, capacity, perSecond } of questions) {
        if (!(Number.isSafeInteger(wanted) && wanted >= 1 && capacity >= 1 && perSecond > 0)) {
          throw new StoreError(
            'invalid_input',
            'a bucket holds at least one token, and one is wanted at least',
          );
        }
      }
      const column = <K extends keyof BucketQuestion>(name: K) => questions.map((question) => question[name]);
      // What is kept is how much was used, so that another size is in force at once. Ordered by key, so that control planes
      // that want the same buckets do not wait for each other in a circle.
      const { rows } = await sql<BucketAnswer>`
        with asked as materialized (
          select * from unnest(${column('key')}::text[], ${column('wanted')}::int[], ${column('capacity')}::float8[],
            ${column('perSecond')}::float8[]) as asked (key, wanted, capacity, per_second)),
        answered as (
          insert into rate_buckets as bucket (key, used, granted, at)
          select key, least(wanted, floor(capacity)), least(wanted, floor(capacity)), clock_timestamp()
          from asked order by key
          on conflict (key) do update set (used, granted, at) = (
            select there.used + given.tokens, given.tokens, greatest(there.at, bucket.at)
            from asked,
              lateral (select clock_timestamp() as at) as now,
              lateral (select now.at, greatest(0, bucket.used - asked.per_second
                * greatest(extract(epoch from now.at - bucket.at)::float8, 0)) as used) as there,
              lateral (select greatest(least(asked.wanted, floor(asked.capacity - there.used)), 0) as tokens) as given
            where asked.key = excluded.key)
          returning bucket.key, bucket.granted, bucket.used)
        select key, granted, greatest(capacity - used, 0) as tokens from answered join asked using (key)`.execute(
        db,
      );
      return rows;
    },

    async prune({ idleSeconds, keep }) {
      const { numAffectedRows = 0n } = await sql`
        with doomed as materialized (
          select key from rate_buckets
          where at < clock_timestamp() - make_interval(secs => ${idleSeconds}::float8)
            or key in (select key from rate_buckets order by at desc offset ${keep})
          order by at limit ${PRUNE_LIMIT} for update skip locked)
        delete from rate_buckets using doomed where rate_buckets.key = doomed.key`.execute(db);
      return Number(numAffectedRows);
    },
  };
}
