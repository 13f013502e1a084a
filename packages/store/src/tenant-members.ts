import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { whenMissing } from './database-errors.js';
import { StoreError } from './errors.js';
import { requireId } from './input-rules.js';
import {
  decodeTimeCursor,
  encodeTimeCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
} from './page.js';
import type { StoreSchema, TenantMembersTable } from './schema.js';
import { tenantNotFound } from './tenant-record.js';
import { hintOfTenants } from './tenants.js';
import { inTransaction } from './transaction.js';

export const MEMBER_ROLES = ['viewer', 'operator', 'admin'] as const;

/** What a member may do in its tenant. */
export type MemberRole = (typeof MEMBER_ROLES)[number];

export interface TenantMemberRecord {
  readonly tenantId: string;
  /** The host says what the id of a user is. */
  readonly userId: string;
  readonly role: MemberRole;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Memberships of one user at most: all of them are read with its requests. */
export const MAX_MEMBERSHIPS_OF_USER = 1_000;

export interface ChangeMember {
  /** Refuses to take the role from the last administrator of the tenant. */
  readonly keepAdmin?: boolean;
}

/** Who belongs to which tenant. */
export interface TenantMemberRepository {
  /**
   * Adds the member, or changes its role.
   * @throws StoreError `not_found` (tenant), `invalid_input`, `last_admin`
   */
  set(
    member: Pick<TenantMemberRecord, 'tenantId' | 'userId' | 'role'>,
    options?: ChangeMember,
  ): Promise<TenantMemberRecord>;
  get(tenantId: string, userId: string): Promise<TenantMemberRecord | undefined>;
  /** Those of these that there are, in any order. */
  getMany(
    members: readonly Pick<TenantMemberRecord, 'tenantId' | 'userId'>[],
  ): Promise<readonly TenantMemberRecord[]>;
  /** Oldest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(
    tenantId: string,
    request?: PageRequest & { readonly role?: MemberRole },
  ): Promise<Page<TenantMemberRecord>>;
  /** By tenant id ascending, `MAX_MEMBERSHIPS_OF_USER` at most. */
  ofUser(userId: string): Promise<readonly TenantMemberRecord[]>;
  /** @returns what was removed @throws StoreError `not_found`, `last_admin` */
  remove(tenantId: string, userId: string, options?: ChangeMember): Promise<TenantMemberRecord>;
}

export function createTenantMemberRepository(db: Kysely<StoreSchema>, clock: Clock): TenantMemberRepository {
  return {
    async set({ tenantId, userId, role }, { keepAdmin = false } = {}) {
      requireId(userId, 'user id');
      if (!MEMBER_ROLES.includes(role)) {
        throw new StoreError('invalid_input', `role must be one of ${MEMBER_ROLES.join(', ')}`);
      }
      const now = clock();
      const write = async (db: Kysely<StoreSchema>) => {
        if (keepAdmin && role !== 'admin') await requireOtherAdmin(db, tenantId, userId);
        return db
          .insertInto('tenant_members')
          .values({ tenant_id: tenantId, user_id: userId, role, created_at: now, updated_at: now })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ role, updated_at: now }),
          )
          .returningAll()
          .executeTakeFirstOrThrow()
          .catch(whenMissing(() => tenantNotFound(tenantId)));
      };
      const row = await inTransaction(db, write);
      await hintOfTenants(db);
      return memberFrom(row);
    },

    async get(tenantId, userId) {
      const row = await db
        .selectFrom('tenant_members')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row === undefined ? undefined : memberFrom(row);
    },

    async getMany(members) {
      const tenantIds = members.map(({ tenantId }) => tenantId);
      const userIds = members.map(({ userId }) => userId);
      const rows = await db
        .selectFrom('tenant_members')
        .selectAll()
        .where(
          sql<boolean>`(tenant_id, user_id) in (select * from unnest(${tenantIds}::text[], ${userIds}::text[]))`,
        )
        .execute();
      return rows.map(memberFrom);
    },

    async list(tenantId, { limit, after, role } = {}) {
      const size = pageLimit(limit);
      let query = db.selectFrom('tenant_members').selectAll().where('tenant_id', '=', tenantId);
      if (role !== undefined) {
        query = query.where('role', '=', role);
      }
      if (after !== undefined) {
        const { at, id } = decodeTimeCursor(after);
        query = query.where(sql<boolean>`(created_at, user_id) > (${at}::timestamptz, ${id})`);
      }
      const rows = await query
        .orderBy('created_at')
        .orderBy('user_id')
        .limit(size + 1)
        .execute();
      return pageOf(rows.map(memberFrom), size, ({ createdAt, userId }) =>
        encodeTimeCursor({ at: createdAt, id: userId }),
      );
    },

    async ofUser(userId) {
      const rows = await db
        .selectFrom('tenant_members')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('tenant_id')
        .limit(MAX_MEMBERSHIPS_OF_USER)
        .execute();
      return rows.map(memberFrom);
    },

    async remove(tenantId, userId, { keepAdmin = false } = {}) {
      const row = await inTransaction(db, async (db) => {
        if (keepAdmin) await requireOtherAdmin(db, tenantId, userId);
        return db
          .deleteFrom('tenant_members')
          .where('tenant_id', '=', tenantId)
          .where('user_id', '=', userId)
          .returningAll()
          .executeTakeFirst();
      });
      if (row === undefined) {
        throw new StoreError('not_found', `not found: member "${userId}" of tenant "${tenantId}"`);
      }
      await hintOfTenants(db);
      return memberFrom(row);
    },
  };
}

/** Locks the administrators, so that two of them cannot each remove the other. */
async function requireOtherAdmin(db: Kysely<StoreSchema>, tenantId: string, userId: string): Promise<void> {
  const admins = await db
    .selectFrom('tenant_members')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'admin')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  if (admins.length === 1 && admins[0]?.user_id === userId) {
    throw new StoreError('last_admin', `"${userId}" is the last administrator of tenant "${tenantId}"`);
  }
}

/** The check of the table holds what the type of the role says. */
function memberFrom(row: Selectable<TenantMembersTable>): TenantMemberRecord {
  return {
    tenantId: row.tenant_id,
    userId: row.user_id,
    role: row.role as MemberRole,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
