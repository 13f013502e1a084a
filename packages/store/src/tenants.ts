import { type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { StoreError } from './errors.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import type { StoreSchema } from './schema.js';
import {
  type DeleteTenant,
  deleteTenant,
  remainsOf,
  setTenantState,
  type TenantDeletion,
  type TenantRemains,
} from './tenant-deletion.js';
import {
  requireTenantId,
  requireTenantName,
  requireTenantOwner,
  type TenantRecord,
  type TenantState,
  tenantFrom,
  tenantNotFound,
  tenantSettingsJson,
} from './tenant-record.js';

/** Postgres channel that says that a tenant came, went or changed its state, members changed or a key was revoked: a hint to look at once. */
export const TENANTS_CHANNEL = 'stacyvm_tenants';

export interface NewTenant {
  /** `tn-` and 24 hexadecimal digits unless told. */
  readonly id?: string;
  readonly name: string;
  /** '' unless told. */
  readonly ownerId?: string;
  /** Any JSON, at most 16 KiB; `{}` unless told. */
  readonly settings?: unknown;
}

/** What is left out stays. */
export type TenantChange = Partial<Omit<NewTenant, 'id'>>;

export interface TenantFilter extends PageRequest {
  readonly ownerId?: string;
  /** How the name begins, with the case it has. */
  readonly namePrefix?: string;
}

/** Those who share the fleet. */
export interface TenantRepository {
  /** @throws StoreError `invalid_input`, `conflict` when the id is taken */
  create(tenant: NewTenant): Promise<TenantRecord>;
  get(id: string): Promise<TenantRecord | undefined>;
  /** Which of these there are. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: TenantFilter): Promise<Page<TenantRecord>>;
  /** @throws StoreError `not_found`, `invalid_input` */
  update(id: string, change: TenantChange): Promise<TenantRecord>;
  /** While it is `deleting`, no sandbox is reserved for it. @returns the state before @throws StoreError `not_found` */
  setState(id: string, state: TenantState): Promise<TenantState>;
  /** What would keep it from being deleted. */
  remains(id: string): Promise<TenantRemains>;
  /** Deletes it, or tells what is left and changes nothing. @throws StoreError `not_found` */
  delete(id: string, options?: DeleteTenant): Promise<TenantDeletion>;
}

export function createTenantRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): TenantRepository {
  return {
    async create({ id, name, ownerId = '', settings = {} }) {
      const now = clock();
      const row = await db
        .insertInto('tenants')
        .values({
          id: id === undefined ? newRecordId('tn', randomBytes) : requireTenantId(id),
          name: requireTenantName(name),
          owner_id: requireTenantOwner(ownerId),
          settings: tenantSettingsJson(settings),
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw new StoreError('conflict', `tenant "${id}" already exists`);
      }
      await hintOfTenants(db);
      return tenantFrom(row);
    },

    async get(id) {
      const row = await db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : tenantFrom(row);
    },

    async existing(ids) {
      const rows = await db
        .selectFrom('tenants')
        .select('id')
        .where('id', '=', sql<string>`any(${ids}::text[])`)
        .execute();
      return new Set(rows.map(({ id }) => id));
    },

    async list({ ownerId, namePrefix, ...page } = {}) {
      const query = db
        .selectFrom('tenants')
        .selectAll()
        .$if(ownerId !== undefined, (query) => query.where('owner_id', '=', ownerId ?? ''))
        .$if(namePrefix !== undefined, (query) =>
          query.where(sql<boolean>`starts_with(name, ${namePrefix ?? ''})`),
        );
      return newestCreatedFirst(query, page, tenantFrom);
    },

    async update(id, { name, ownerId, settings }) {
      const row = await db
        .updateTable('tenants')
        .set({
          updated_at: clock(),
          ...(name === undefined ? {} : { name: requireTenantName(name) }),
          ...(ownerId === undefined ? {} : { owner_id: requireTenantOwner(ownerId) }),
          ...(settings === undefined ? {} : { settings: tenantSettingsJson(settings) }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw tenantNotFound(id);
      }
      return tenantFrom(row);
    },

    async setState(id, state) {
      const before = await setTenantState(db, id, state, clock());
      await hintOfTenants(db);
      return before;
    },

    remains: (id) => remainsOf(db, id),

    async delete(id, options = {}) {
      const deletion = await deleteTenant(db, id, options);
      await hintOfTenants(db);
      return deletion;
    },
  };
}

/** What it tells of is written already, and who misses it finds out by looking. */
export async function hintOfTenants(db: Kysely<StoreSchema>): Promise<void> {
  await sql`select pg_notify(${TENANTS_CHANNEL}, '')`.execute(db).catch(() => undefined);
}
