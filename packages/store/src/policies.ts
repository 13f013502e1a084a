import { type Kysely, sql, type Transaction } from 'kysely';
import type { Clock } from './clock.js';
import { whenMissing } from './database-errors.js';
import { StoreError } from './errors.js';
import { MAX_LIST_LIMIT, type Page, type PageRequest, pageLimit, pageOf } from './page.js';
import {
  type NewPolicy,
  type PolicyContent,
  type PolicyRecord,
  policyCursor,
  policyFrom,
  policyNotFound,
  policyPosition,
  policyScope,
  policyValues,
} from './policy-record.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { recordedText } from './recorded-text.js';
import type { StoreSchema } from './schema.js';
import { tenantNotFound } from './tenant-record.js';
import { inTransaction } from './transaction.js';
import { versionRow } from './version-row.js';

/** Rules of one tenant at most, and as many global ones: each decision may have to look at all of them. */
export const MAX_POLICIES = 1_000;

export interface PolicyFilter extends PageRequest {
  /** The rules of this tenant beside the global ones. */
  readonly tenantId?: string;
  readonly resourceType?: NewPolicy['resourceType'];
}

/** Every rule at one version. */
export interface PolicySnapshot {
  readonly version: number;
  /** By id ascending. */
  readonly policies: readonly PolicyRecord[];
}

/** Rules about what may be used. Every change raises the version of the set in its own transaction. */
export interface PolicyRepository {
  /**
   * @throws StoreError `invalid_input`, `conflict` when the same rule is there, `capacity` beyond `MAX_POLICIES`,
   *   `not_found` when there is no such tenant
   */
  create(policy: NewPolicy): Promise<PolicyRecord>;
  get(id: string): Promise<PolicyRecord | undefined>;
  /**
   * Global rules in the order of decision. With a tenant its rules are among them by priority as well, though a decision asks
   * its own behind the global ones. @throws StoreError `invalid_input` on a foreign cursor
   */
  list(filter?: PolicyFilter): Promise<Page<PolicyRecord>>;
  /** Changes what is given. @throws StoreError `not_found`, `invalid_input`, `conflict` when it became the same as another */
  update(id: string, change: Partial<PolicyContent>): Promise<PolicyRecord>;
  /** @returns what was deleted @throws StoreError `not_found` */
  delete(id: string): Promise<PolicyRecord>;
  /**
   * All rules of everybody, or undefined when that is still the known version; without a change one row is read. The
   * version is the same for every control plane. Compare it for equality only: the restore of a backup takes it back.
   */
  snapshot(knownVersion?: number): Promise<PolicySnapshot | undefined>;
}

export function createPolicyRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): PolicyRepository {
  const version = versionRow('policy_version');

  /** One writer at a time: limits hold, and no version is visible before all that belongs to it. */
  const changing = <T>(work: (transaction: Transaction<StoreSchema>) => Promise<T>): Promise<T> =>
    inTransaction(db, async (transaction) => {
      await version.raise(transaction);
      return work(transaction);
    });

  return {
    async create(policy) {
      const values = policyValues(policy);
      const scope = policyScope(policy);
      return changing(async (transaction) => {
        await requireRoom(transaction, scope.tenant_id);
        const now = clock();
        const row = await transaction
          .insertInto('policies')
          .values({
            id: newRecordId('pl', randomBytes),
            ...scope,
            ...values,
            created_by: recordedText(policy.createdBy),
            created_at: now,
            updated_at: now,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst()
          .catch(whenMissing(() => tenantNotFound(scope.tenant_id ?? '')));
        if (row === undefined) throw sameRule();
        return policyFrom(row);
      });
    },

    async get(id) {
      const row = await db.selectFrom('policies').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : policyFrom(row);
    },

    async list({ limit, after, resourceType, tenantId } = {}) {
      const size = pageLimit(limit);
      let query = db
        .selectFrom('policies')
        .selectAll()
        .where(sql<boolean>`(tenant_id is null or tenant_id = ${tenantId ?? null}::text)`);
      if (resourceType !== undefined) query = query.where('resource_type', '=', resourceType);
      if (after !== undefined) {
        const { priority, effect, createdAt, id } = policyPosition(after);
        query = query.where(
          sql<boolean>`(priority, (effect = 'allow'), created_at, id collate "C") >
            (${priority}::integer, ${effect === 'allow'}::boolean, ${createdAt}::timestamptz, ${id} collate "C")`,
        );
      }
      const rows = await query
        .orderBy('priority')
        .orderBy(sql`(effect = 'allow')`)
        .orderBy('created_at')
        .orderBy(sql`id collate "C"`)
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(policyFrom), size, policyCursor);
    },

    update: (id, change) =>
      changing(async (transaction) => {
        const stored = await find(transaction, id);
        const values = policyValues({ ...stored, ...change });
        const same = await transaction
          .selectFrom('policies')
          .select('id')
          .where('id', '<>', id)
          .where('tenant_id', stored.tenantId === null ? 'is' : '=', stored.tenantId)
          .where('resource_type', '=', stored.resourceType)
          .where('effect', '=', values.effect)
          .where('pattern', '=', values.pattern)
          .where('priority', '=', values.priority)
          .where('mode', '=', values.mode)
          .executeTakeFirst();
        if (same !== undefined) throw sameRule();
        const row = await transaction
          .updateTable('policies')
          .set({ ...values, updated_at: clock() })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return policyFrom(row);
      }),

    delete: (id) =>
      changing(async (transaction) => {
        const row = await transaction
          .deleteFrom('policies')
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw policyNotFound(id);
        return policyFrom(row);
      }),

    async snapshot(knownVersion) {
      const known = await version.snapshot(db, knownVersion, readAllPolicies);
      return known && { version: known.version, policies: known.rows };
    },
  };
}

async function find(transaction: Kysely<StoreSchema>, id: string): Promise<PolicyRecord> {
  const row = await transaction.selectFrom('policies').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw policyNotFound(id);
  return policyFrom(row);
}

async function requireRoom(transaction: Kysely<StoreSchema>, tenantId: string | null): Promise<void> {
  const { count } = await transaction
    .selectFrom('policies')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('tenant_id', tenantId === null ? 'is' : '=', tenantId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MAX_POLICIES) {
    throw new StoreError(
      'capacity',
      `there are ${MAX_POLICIES} policies, which is the limit; delete some first`,
      {
        limit: 'policies',
      },
    );
  }
}

function sameRule(): StoreError {
  return new StoreError('conflict', 'a policy with the same type, effect, pattern, priority and mode exists');
}

/** Page by page, so that no single statement grows with the table. */
export async function readAllPolicies(db: Kysely<StoreSchema>): Promise<readonly PolicyRecord[]> {
  const policies: PolicyRecord[] = [];
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('policies')
      .selectAll()
      .where(sql<boolean>`id collate "C" > ${after}`)
      .orderBy(sql`id collate "C"`)
      .limit(MAX_LIST_LIMIT)
      .execute();
    policies.push(...rows.map(policyFrom));
    const last = rows.at(-1);
    if (rows.length < MAX_LIST_LIMIT || last === undefined) return policies;
    after = last.id;
  }
}
