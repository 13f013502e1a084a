import { type Insertable, type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { requireCount, requireId, requireTime } from './input-rules.js';
import { acquireLease, endLease, type LeaseRecord } from './leases.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import {
  type CapacityLimits,
  countActiveByOwner,
  countActiveByWorker,
  loadOf,
  type OwnerCount,
  requireFreeCapacity,
  type WorkerLoad,
} from './sandbox-capacity.js';
import { createSandboxClaims, type SandboxClaims } from './sandbox-claims.js';
import { createSandboxExtensions, type SandboxExtensions } from './sandbox-extension.js';
import {
  type LiveSandboxState,
  type SandboxRecord,
  type SandboxState,
  sandboxFrom,
  sandboxNotFound,
  sandboxStateFrom,
} from './sandbox-record.js';
import type { SandboxesTable, StoreSchema } from './schema.js';
import { requireOpenTenant } from './tenant-deletion.js';

export interface NewSandbox {
  readonly id: string;
  readonly provider: string;
  readonly image: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly ownerId?: string;
  readonly tenantId?: string;
  /** The worker that will run it; it must be registered. */
  readonly workerId: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly previewDomain?: string;
  readonly expiresAt: Date;
}

export interface ReserveSandbox extends NewSandbox, CapacityLimits {
  /** Milliseconds for which the worker's lease is granted. */
  readonly leaseTtlMs: number;
}

export interface Reservation {
  readonly sandbox: SandboxRecord;
  readonly lease: LeaseRecord;
}

export interface SandboxTransition {
  /** The change happens only when the sandbox is in one of these states. */
  readonly from: readonly LiveSandboxState[];
  readonly to: LiveSandboxState;
  /** The change happens only when nothing else has changed since. */
  readonly unchangedSince?: Date;
  /** The change happens only when nobody has claimed the sandbox; see `SandboxClaims`. */
  readonly unclaimed?: boolean;
  /** Replaces the stored reason; without it the reason is cleared. */
  readonly reason?: string;
  readonly runtimeId?: string;
  readonly expiresAt?: Date;
  readonly previewDomain?: string;
}

export interface SandboxFilter extends PageRequest {
  /** Without a state every sandbox that is not destroyed is listed. */
  readonly state?: SandboxState;
  readonly ownerId?: string;
  readonly tenantId?: string;
  readonly workerId?: string;
}

/** What is recorded of a sandbox, for the comparison with what its worker holds. */
export type PlacedSandbox = Pick<SandboxRecord, 'id' | 'workerId' | 'state' | 'stateReason' | 'updatedAt'>;

export interface SandboxRepository extends SandboxClaims, SandboxExtensions {
  /**
   * In one transaction: checks the limits and the quotas of its owner and tenant, stores the sandbox as `creating` and grants its worker the lease.
   * @throws StoreError `capacity` (with `limit`), `conflict` when the id is taken or its lease is another worker's,
   *   `not_found` when the worker is not registered, `tenant_closed`, `invalid_input`
   */
  reserve(input: ReserveSandbox): Promise<Reservation>;
  /** In any state, destroyed ones too. */
  get(id: string): Promise<SandboxRecord | undefined>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: SandboxFilter): Promise<Page<SandboxRecord>>;
  /** Sandboxes that count against limits (not destroyed, not expired), by worker id; workers without any are absent. */
  countActiveByWorker(): Promise<ReadonlyMap<string, number>>;
  /** The same sandboxes by worker id, and what they take up. */
  loadByWorker(): Promise<ReadonlyMap<string, WorkerLoad>>;
  /** Every sandbox of these workers that is not destroyed. The caller bounds the list of workers. */
  placedOn(workerIds: readonly string[]): Promise<readonly PlacedSandbox[]>;
  /** The same sandboxes by owner, those without an owner under ''; owners without any are absent. */
  countActiveByOwner(): Promise<readonly OwnerCount[]>;
  /** Undefined, and nothing changed, when the sandbox is missing or in none of the `from` states. */
  transition(id: string, change: SandboxTransition): Promise<SandboxRecord | undefined>;
  /**
   * A new lease for the worker of a sandbox, so that it can be told to end it. That of a sandbox which is destroyed or gone has ended
   * when it is returned: nobody would end it later.
   * @throws StoreError `conflict` when another holder has a live lease on it
   */
  leaseForRemoval(input: {
    readonly id: string;
    readonly workerId: string;
    readonly leaseTtlMs: number;
  }): Promise<LeaseRecord>;
  /** State `destroyed` and the end of its lease, both or neither. Again on a destroyed one changes nothing. @throws StoreError `not_found` */
  markDestroyed(id: string, reason?: string): Promise<SandboxRecord>;
}

export function createSandboxRepository(db: Kysely<StoreSchema>, clock: Clock): SandboxRepository {
  return {
    ...createSandboxClaims(db, clock),
    ...createSandboxExtensions(db, clock),

    async reserve(input) {
      checkNewSandbox(input);
      return db.transaction().execute(async (transaction) => {
        await requireFreeCapacity(transaction, input);
        await requireOpenTenant(transaction, input.tenantId);
        const now = clock();
        const row = await transaction
          .insertInto('sandboxes')
          .values(newRow(input, now))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) {
          throw new StoreError('conflict', `sandbox "${input.id}" already exists`);
        }
        const lease = await acquireLease(
          transaction,
          leaseOf(input.id, input.workerId, input.leaseTtlMs),
          now,
        );
        return { sandbox: sandboxFrom(row), lease };
      });
    },

    async get(id) {
      const row = await db.selectFrom('sandboxes').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : sandboxFrom(row);
    },

    async list({ state, ownerId, tenantId, workerId, ...page } = {}) {
      const query = db
        .selectFrom('sandboxes')
        .selectAll()
        .where('state', state === undefined ? '<>' : '=', state ?? 'destroyed')
        .$if(ownerId !== undefined, (query) => query.where('owner_id', '=', ownerId ?? ''))
        .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId ?? ''))
        .$if(workerId !== undefined, (query) => query.where('worker_id', '=', workerId ?? ''));
      return newestCreatedFirst(query, page, sandboxFrom);
    },

    countActiveByWorker: () => countActiveByWorker(db),
    loadByWorker: () => loadOf(db),

    async placedOn(workerIds) {
      if (workerIds.length === 0) {
        return [];
      }
      const rows = await db
        .selectFrom('sandboxes')
        .select(['id', 'worker_id', 'state', 'state_reason', 'updated_at'])
        .where(sql<boolean>`worker_id = any(${[...workerIds]}::text[])`)
        .where('state', '<>', 'destroyed')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        workerId: row.worker_id,
        state: sandboxStateFrom(row.state),
        stateReason: row.state_reason,
        updatedAt: row.updated_at,
      }));
    },

    countActiveByOwner: () => countActiveByOwner(db),

    async transition(id, change) {
      const { from, to, unchangedSince, unclaimed, reason, runtimeId, expiresAt, previewDomain } = change;
      if ((to as SandboxState) === 'destroyed' || from.length === 0) {
        throw new StoreError('invalid_input', 'a transition needs a from state and cannot lead to destroyed');
      }
      const row = await db
        .updateTable('sandboxes')
        .set({
          state: to,
          state_reason: reason ?? '',
          updated_at: clock(),
          ...(runtimeId === undefined ? {} : { runtime_id: runtimeId }),
          ...(expiresAt === undefined ? {} : { expires_at: requireTime(expiresAt, 'expiresAt') }),
          ...(previewDomain === undefined ? {} : { preview_domain: previewDomain }),
        })
        .where('id', '=', id)
        .where('state', 'in', from)
        .where('state', '<>', 'destroyed')
        .$if(unchangedSince !== undefined, (query) =>
          query.where('updated_at', '<=', unchangedSince ?? clock()),
        )
        .$if(unclaimed === true, (query) => query.where('claimed_until', 'is', null))
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : sandboxFrom(row);
    },

    async leaseForRemoval({ id, workerId, leaseTtlMs }) {
      return db.transaction().execute(async (transaction) => {
        // Locked, so that it is not destroyed between the look and the grant.
        const live = await transaction
          .selectFrom('sandboxes')
          .select('id')
          .where('id', '=', id)
          .where('state', '<>', 'destroyed')
          .forUpdate()
          .executeTakeFirst();
        const now = clock();
        const lease = await acquireLease(transaction, leaseOf(id, workerId, leaseTtlMs), now);
        if (live === undefined) await endLease(transaction, id, now);
        return lease;
      });
    },

    async markDestroyed(id, reason) {
      return db.transaction().execute(async (transaction) => {
        const now = clock();
        const changed = await transaction
          .updateTable('sandboxes')
          .set({
            state: 'destroyed',
            state_reason: reason ?? '',
            destroyed_at: now,
            updated_at: now,
            claimed_until: null,
          })
          .where('id', '=', id)
          .where('state', '<>', 'destroyed')
          .returningAll()
          .executeTakeFirst();
        const row =
          changed ??
          (await transaction.selectFrom('sandboxes').selectAll().where('id', '=', id).executeTakeFirst());
        if (row === undefined) {
          throw sandboxNotFound(id);
        }
        await endLease(transaction, id, now);
        return sandboxFrom(row);
      });
    },
  };
}

function leaseOf(id: string, workerId: string, ttlMs: number) {
  return { resourceId: id, resourceType: 'sandbox', holderId: workerId, ttlMs };
}

function checkNewSandbox(input: NewSandbox): void {
  if (requireId(input.id, 'sandbox id') !== input.id.trim()) {
    throw new StoreError('invalid_input', 'sandbox id must not begin or end with white space');
  }
  requireId(input.workerId, 'worker id');
  requireId(input.provider, 'provider');
  requireCount(input.memoryMb, 'memoryMb');
  requireCount(input.vcpus, 'vcpus');
  requireTime(input.expiresAt, 'expiresAt');
}

function newRow(input: NewSandbox, now: Date): Insertable<SandboxesTable> {
  return {
    id: input.id,
    state: 'creating',
    state_reason: '',
    provider: input.provider,
    image: input.image,
    memory_mb: input.memoryMb,
    vcpus: input.vcpus,
    owner_id: input.ownerId ?? '',
    tenant_id: input.tenantId ?? '',
    runtime_id: '',
    worker_id: input.workerId,
    metadata: JSON.stringify(input.metadata ?? {}),
    preview_domain: input.previewDomain ?? '',
    created_at: now,
    expires_at: input.expiresAt,
    updated_at: now,
  };
}
