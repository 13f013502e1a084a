import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { exactNumber, later, requireId } from './input-rules.js';
import { type Page, type PageRequest, pageLimit, pageOf } from './page.js';
import type { LeasesTable, StoreSchema } from './schema.js';

/** The longest sandbox lifetime that a lease covers, 24 hours, plus the 5 minutes a lease outlives its sandbox. */
export const MAX_LEASE_TTL_MS = (24 * 60 + 5) * 60_000;

/** The right of one worker to run one resource. `generation` grows with every grant and never goes back. */
export interface LeaseRecord {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly holderId: string;
  readonly generation: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface AcquireLease {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly holderId: string;
  /** Milliseconds, more than 0 and at most `MAX_LEASE_TTL_MS`. */
  readonly ttlMs: number;
}

export interface RenewLease {
  readonly resourceId: string;
  readonly holderId: string;
  readonly ttlMs: number;
  /** The generation the holder believes in; a different one in the database refuses the renewal. */
  readonly generation?: number;
}

/** Leases by the rules of the worker protocol, section 4.13, except that a release keeps the generation. */
export interface LeaseRepository {
  /**
   * Grants the lease when it is free, expired, released or already the holder's.
   * @throws StoreError `conflict` when a live lease has another holder, or on a blank id or a ttl of 0 or less;
   *   `invalid_input` on a ttl beyond the maximum
   */
  acquire(input: AcquireLease): Promise<LeaseRecord>;
  /**
   * Sets the expiry to now + ttl, which may shorten it, and raises the generation.
   * @throws StoreError `conflict` when the holder has no live lease on the resource (of that generation);
   *   `invalid_input` on a ttl beyond the maximum
   */
  renew(input: RenewLease): Promise<LeaseRecord>;
  /**
   * Gives the lease up, expired or not. The row stays, so that the next grant continues its generation.
   * @throws StoreError `not_found` when the holder has no lease on the resource
   */
  release(input: { readonly resourceId: string; readonly holderId: string }): Promise<void>;
  /** The lease, also when it has expired; undefined when there is none or it was released. */
  get(resourceId: string): Promise<LeaseRecord | undefined>;
  /** By resource id ascending, expired ones included, released ones not. */
  list(request?: PageRequest): Promise<Page<LeaseRecord>>;
}

export function createLeaseRepository(db: Kysely<StoreSchema>, clock: Clock): LeaseRepository {
  return {
    acquire: async (input) => acquireLease(db, input, clock()),

    async renew(input) {
      const resourceId = input.resourceId.trim();
      const ttlMs = checkTtl(input.ttlMs);
      const now = clock();
      let update = db
        .updateTable('leases')
        .set({
          expires_at: later(now, ttlMs),
          generation: sql<number>`generation + 1`,
          updated_at: now,
        })
        .where('resource_id', '=', resourceId)
        .where('holder_id', '=', input.holderId.trim())
        .where('released_at', 'is', null)
        .where('expires_at', '>', now);
      if (input.generation !== undefined) {
        update = update.where('generation', '=', String(input.generation));
      }
      const row = await update.returningAll().executeTakeFirst();
      if (row === undefined) {
        throw new StoreError('conflict', 'lease is not held by worker or has expired');
      }
      return leaseFrom(row);
    },

    async release({ resourceId, holderId }) {
      const now = clock();
      const result = await db
        .updateTable('leases')
        .set({ released_at: now, updated_at: now })
        .where('resource_id', '=', resourceId.trim())
        .where('holder_id', '=', holderId.trim())
        .where('released_at', 'is', null)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) {
        throw new StoreError('not_found', `not found: lease "${resourceId}"`);
      }
    },

    async get(resourceId) {
      const row = await db
        .selectFrom('leases')
        .selectAll()
        .where('resource_id', '=', resourceId.trim())
        .where('released_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? undefined : leaseFrom(row);
    },

    async list({ limit, after } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('leases').selectAll().where('released_at', 'is', null);
      if (after !== undefined) {
        query = query.where('resource_id', '>', after);
      }
      const rows = await query
        .orderBy('resource_id')
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(leaseFrom), size, (lease) => lease.resourceId);
    },
  };
}

/** The atomic grant, also used inside the transactions of the sandbox repository. */
export async function acquireLease(
  db: Kysely<StoreSchema>,
  input: AcquireLease,
  now: Date,
): Promise<LeaseRecord> {
  const resourceId = input.resourceId.trim();
  const holderId = input.holderId.trim();
  if (resourceId === '') {
    throw new StoreError('conflict', 'lease resource id is required');
  }
  if (holderId === '') {
    throw new StoreError('conflict', 'lease holder id is required');
  }
  requireId(resourceId, 'lease resource id');
  requireId(holderId, 'lease holder id');
  const ttlMs = checkTtl(input.ttlMs);
  const row = await db
    .insertInto('leases')
    .values({
      resource_id: resourceId,
      resource_type: input.resourceType,
      holder_id: holderId,
      generation: 1,
      expires_at: later(now, ttlMs),
      released_at: null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .column('resource_id')
        .doUpdateSet((eb) => ({
          resource_type: eb.ref('excluded.resource_type'),
          holder_id: eb.ref('excluded.holder_id'),
          generation: sql<number>`leases.generation + 1`,
          expires_at: eb.ref('excluded.expires_at'),
          released_at: null,
          updated_at: eb.ref('excluded.updated_at'),
        }))
        .where((eb) =>
          eb.or([
            eb('leases.released_at', 'is not', null),
            eb('leases.expires_at', '<=', now),
            eb('leases.holder_id', '=', holderId),
          ]),
        ),
    )
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) {
    throw new StoreError('conflict', 'lease is held by another worker');
  }
  return leaseFrom(row);
}

/** Ends whatever lease the resource has, whoever holds it. */
export async function endLease(db: Kysely<StoreSchema>, resourceId: string, now: Date): Promise<void> {
  await db
    .updateTable('leases')
    .set({ released_at: now, updated_at: now })
    .where('resource_id', '=', resourceId)
    .where('released_at', 'is', null)
    .execute();
}

function checkTtl(ttlMs: number): number {
  if (!(ttlMs > 0)) {
    throw new StoreError('conflict', 'lease ttl must be positive');
  }
  if (ttlMs > MAX_LEASE_TTL_MS) {
    throw new StoreError('invalid_input', `lease ttl must not exceed ${MAX_LEASE_TTL_MS / 60_000} minutes`);
  }
  return ttlMs;
}

function leaseFrom(row: Selectable<LeasesTable>): LeaseRecord {
  return {
    resourceId: row.resource_id,
    resourceType: row.resource_type,
    holderId: row.holder_id,
    generation: exactNumber(row.generation, 'lease generation'),
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
