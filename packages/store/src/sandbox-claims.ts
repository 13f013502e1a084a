import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { later, requireCount, requireTime } from './input-rules.js';
import { pageLimit } from './page.js';
import { type LiveSandboxState, type SandboxRecord, sandboxFrom } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';

/**
 * A sandbox that one process alone works on until `claimedUntil`. The claim ends by itself then, so that the work of
 * a process that died is taken up by another.
 */
export interface ClaimedSandbox extends SandboxRecord {
  readonly claimedUntil: Date;
}

export interface ClaimRequest {
  /** Rows at most; 100 unless told, capped at 1000. */
  readonly limit?: number;
  /** Milliseconds for which no other claim gets the rows. */
  readonly claimMs: number;
}

/** Sharing of background work between control planes; no two live claims ever hold the same sandbox. */
export interface SandboxClaims {
  /** Sandboxes past their expiry that are not destroyed; the longest overdue are claimed first. */
  claimExpired(request: ClaimRequest & { readonly before: Date }): Promise<readonly ClaimedSandbox[]>;
  /** Sandboxes created before `olderThan` that are still `creating`: whoever created them gave up or died. */
  claimStuckCreating(
    request: ClaimRequest & { readonly olderThan: Date },
  ): Promise<readonly ClaimedSandbox[]>;
  /**
   * Sandboxes to compare with what their worker runs, the longest unchecked first; they count as checked from now on.
   * States are `running`, `idle` and `unhealthy` unless told.
   */
  claimForReconcile(
    request: ClaimRequest & {
      readonly notCheckedSince: Date;
      readonly workerId?: string;
      readonly states?: readonly LiveSandboxState[];
    },
  ): Promise<readonly ClaimedSandbox[]>;
  /** Sandboxes on draining workers whose deadline is before `before`, whatever their state; the oldest are claimed first. */
  claimEvicted(request: ClaimRequest & { readonly before: Date }): Promise<readonly ClaimedSandbox[]>;
  /** Ends a claim early. Does nothing when another process has claimed the sandbox meanwhile. */
  releaseClaim(claimed: { readonly id: string; readonly claimedUntil: Date }): Promise<void>;
}

interface Candidates {
  readonly where: (eb: ExpressionBuilder<StoreSchema, 'sandboxes'>) => Expression<SqlBool>;
  readonly oldestBy: 'expires_at' | 'created_at' | 'checked_at';
  readonly markChecked: boolean;
}

const RECONCILED_STATES: readonly LiveSandboxState[] = ['running', 'idle', 'unhealthy'];

export function createSandboxClaims(db: Kysely<StoreSchema>, clock: Clock): SandboxClaims {
  const claim = async (
    { limit, claimMs }: ClaimRequest,
    candidates: Candidates,
  ): Promise<readonly ClaimedSandbox[]> => {
    const size = pageLimit(limit);
    const now = clock();
    const claimedUntil = later(now, requireCount(claimMs, 'claimMs', 1));
    const rows = await db
      .with('candidate', (cte) =>
        cte
          .selectFrom('sandboxes')
          .select('id')
          .where(candidates.where)
          .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
          .orderBy(candidates.oldestBy, (order) => order.asc().nullsFirst())
          .orderBy('id')
          .limit(size)
          .forUpdate()
          .skipLocked(),
      )
      .updateTable('sandboxes')
      .from('candidate')
      .set({ claimed_until: claimedUntil, ...(candidates.markChecked ? { checked_at: now } : {}) })
      .whereRef('sandboxes.id', '=', 'candidate.id')
      .returningAll('sandboxes')
      .execute();
    return rows.map((row) => ({ ...sandboxFrom(row), claimedUntil }));
  };

  return {
    async claimExpired({ before, ...request }) {
      requireTime(before, 'before');
      return claim(request, {
        where: (eb) => eb.and([eb('state', '<>', 'destroyed'), eb('expires_at', '<', before)]),
        oldestBy: 'expires_at',
        markChecked: false,
      });
    },

    async claimStuckCreating({ olderThan, ...request }) {
      requireTime(olderThan, 'olderThan');
      return claim(request, {
        where: (eb) => eb.and([eb('state', '=', 'creating'), eb('created_at', '<', olderThan)]),
        oldestBy: 'created_at',
        markChecked: false,
      });
    },

    async claimForReconcile({ notCheckedSince, workerId, states = RECONCILED_STATES, ...request }) {
      requireTime(notCheckedSince, 'notCheckedSince');
      if (states.length === 0) {
        throw new StoreError('invalid_input', 'states must not be empty');
      }
      return claim(request, {
        where: (eb) =>
          eb.and([
            eb('state', 'in', states),
            eb.or([eb('checked_at', 'is', null), eb('checked_at', '<', notCheckedSince)]),
            ...(workerId === undefined ? [] : [eb('worker_id', '=', workerId)]),
          ]),
        oldestBy: 'checked_at',
        markChecked: true,
      });
    },

    async claimEvicted({ before, ...request }) {
      requireTime(before, 'before');
      return claim(request, {
        where: (eb) =>
          eb.and([
            eb('state', '<>', 'destroyed'),
            eb('worker_id', 'in', (from) =>
              from.selectFrom('workers').select('workers.id').where('drain_deadline', '<=', before),
            ),
          ]),
        oldestBy: 'created_at',
        markChecked: false,
      });
    },

    async releaseClaim({ id, claimedUntil }) {
      await db
        .updateTable('sandboxes')
        .set({ claimed_until: null })
        .where('id', '=', id)
        .where('claimed_until', '=', claimedUntil)
        .execute();
    },
  };
}
