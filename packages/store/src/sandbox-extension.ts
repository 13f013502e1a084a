import type { Kysely } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { later, requireCount, requireTime } from './input-rules.js';
import { acquireLease, type LeaseRecord } from './leases.js';
import { INACTIVE_SANDBOX_STATES, type SandboxRecord, sandboxFrom } from './sandbox-record.js';
import type { StoreSchema } from './schema.js';

export interface ExtendSandbox {
  readonly expiresAt: Date;
  /** Milliseconds for which its worker is granted a new lease. */
  readonly leaseTtlMs: number;
  /** Milliseconds for which nobody else claims the sandbox; see `SandboxClaims`. To be released when the worker knows. */
  readonly claimMs: number;
}

/** An extension that is recorded, and what was before it. */
export interface SandboxExtension {
  readonly sandbox: SandboxRecord;
  readonly lease: LeaseRecord;
  readonly claimedUntil: Date;
  readonly previous: { readonly expiresAt: Date; readonly leaseExpiresAt: Date };
}

/** Changes of how long a sandbox lives. Sandbox and lease change together or not at all. */
export interface SandboxExtensions {
  /**
   * Sets a new expiry, which may be an earlier one, grants its worker a lease of the new length and claims the sandbox.
   * Undefined when the sandbox is missing, destroyed or expired.
   * @throws StoreError `conflict` when another process has claimed it, or another holder has a live lease on it
   */
  extend(id: string, change: ExtendSandbox): Promise<SandboxExtension | undefined>;
  /**
   * Puts back what was before, unless the lease was granted or renewed since: then false, and nothing is changed. A renewal of the
   * extension's lease that is still on its way is refused from now on.
   */
  takeBack(extension: SandboxExtension): Promise<boolean>;
}

export function createSandboxExtensions(db: Kysely<StoreSchema>, clock: Clock): SandboxExtensions {
  const lockedSandbox = (transaction: Kysely<StoreSchema>, id: string) =>
    transaction
      .selectFrom('sandboxes')
      .selectAll()
      .where('id', '=', id)
      .where('state', 'not in', INACTIVE_SANDBOX_STATES)
      .forUpdate()
      .executeTakeFirst();

  return {
    async extend(id, { expiresAt, leaseTtlMs, claimMs }) {
      requireTime(expiresAt, 'expiresAt');
      requireCount(claimMs, 'claimMs', 1);
      return db.transaction().execute(async (transaction) => {
        const before = await lockedSandbox(transaction, id);
        const now = clock();
        if (before === undefined || before.expires_at <= now) return undefined;
        if (before.claimed_until !== null && before.claimed_until > now) {
          throw new StoreError('conflict', `sandbox "${id}" is being worked on`);
        }
        const lease = await transaction
          .selectFrom('leases')
          .select('expires_at')
          .where('resource_id', '=', id)
          .where('released_at', 'is', null)
          .executeTakeFirst();
        const claimedUntil = later(now, claimMs);
        const row = await transaction
          .updateTable('sandboxes')
          .set({ expires_at: expiresAt, updated_at: now, claimed_until: claimedUntil })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        const holder = { resourceId: id, resourceType: 'sandbox', holderId: row.worker_id };
        return {
          sandbox: sandboxFrom(row),
          lease: await acquireLease(transaction, { ...holder, ttlMs: leaseTtlMs }, now),
          claimedUntil,
          previous: { expiresAt: before.expires_at, leaseExpiresAt: lease?.expires_at ?? now },
        };
      });
    },

    async takeBack({ sandbox, lease, previous }) {
      return db.transaction().execute(async (transaction) => {
        if ((await lockedSandbox(transaction, sandbox.id)) === undefined) return false;
        const now = clock();
        const restored = await transaction
          .updateTable('leases')
          .set({ expires_at: previous.leaseExpiresAt, generation: lease.generation + 1, updated_at: now })
          .where('resource_id', '=', lease.resourceId)
          .where('holder_id', '=', lease.holderId)
          .where('generation', '=', String(lease.generation))
          .where('released_at', 'is', null)
          .executeTakeFirst();
        if (restored.numUpdatedRows === 0n) return false;
        await transaction
          .updateTable('sandboxes')
          .set({ expires_at: previous.expiresAt, updated_at: now })
          .where('id', '=', sandbox.id)
          .execute();
        return true;
      });
    },
  };
}
