import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from './clock.js';
import { whenMissing } from './database-errors.js';
import { StoreError } from './errors.js';
import { requireId, requireTime } from './input-rules.js';
import { newestCreatedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { newRecordId, type RandomBytes } from './record-id.js';
import { cutText, recordedText } from './recorded-text.js';
import type { ApiKeysTable, StoreSchema } from './schema.js';
import { tenantNotFound } from './tenant-record.js';
import { hintOfTenants } from './tenants.js';

export const API_KEY_ROLES = ['viewer', 'api', 'operator', 'tenant_admin', 'admin'] as const;

export type ApiKeyRole = (typeof API_KEY_ROLES)[number];

export interface NewApiKey {
  /** Null: a key of the platform. */
  readonly tenantId: string | null;
  /** 1 to 200 characters, for people. */
  readonly name: string;
  /** A key of a tenant is never `admin`, one of the platform never `tenant_admin`. */
  readonly role: ApiKeyRole;
  /** The part of the key that may be shown. */
  readonly keyPrefix: string;
  /** SHA-256 of the key, 64 lower-case hexadecimal digits. The key itself never comes here. */
  readonly keyHash: string;
  /** Id of the principal. */
  readonly createdBy: string;
  /** Without one it does not expire. */
  readonly expiresAt?: Date;
}

export interface ApiKeyRecord extends Omit<NewApiKey, 'expiresAt'> {
  /** `ak-` and 24 hexadecimal digits. */
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export interface ApiKeyFilter extends PageRequest {
  /** Null: those of the platform. Without it those of everybody. */
  readonly tenantId?: string | null;
}

export interface ApiKeyUse {
  readonly id: string;
  readonly at: Date;
}

/** Keys of programs; whether one counts is for the caller to judge by what its record says. */
export interface ApiKeyRepository {
  /** @throws StoreError `conflict` when the prefix or the hash is taken, `not_found` (tenant), `invalid_input` */
  insert(key: NewApiKey): Promise<ApiKeyRecord>;
  get(id: string): Promise<ApiKeyRecord | undefined>;
  /** In whatever state. */
  findByHash(keyHash: string): Promise<ApiKeyRecord | undefined>;
  /** Those of these that there are, in whatever state and in any order. */
  getMany(ids: readonly string[]): Promise<readonly ApiKeyRecord[]>;
  /** Newest first. @throws StoreError `invalid_input` on a foreign cursor */
  list(filter?: ApiKeyFilter): Promise<Page<ApiKeyRecord>>;
  /** The first revocation counts; again changes nothing. @throws StoreError `not_found` */
  revoke(id: string): Promise<ApiKeyRecord>;
  /** Records the latest uses, many in one statement. */
  touch(uses: readonly ApiKeyUse[]): Promise<void>;
}

const MAX_NAME_LENGTH = 200;

export function createApiKeyRepository(
  db: Kysely<StoreSchema>,
  clock: Clock,
  randomBytes?: RandomBytes,
): ApiKeyRepository {
  return {
    async insert(key) {
      const row = await db
        .insertInto('api_keys')
        .values({ id: newRecordId('ak', randomBytes), ...valuesOf(key), created_at: clock() })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
        .catch(whenMissing(() => tenantNotFound(key.tenantId ?? '')));
      if (row === undefined) {
        throw new StoreError('conflict', 'an API key with this prefix or hash exists');
      }
      return apiKeyFrom(row);
    },

    async get(id) {
      const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : apiKeyFrom(row);
    },

    async findByHash(keyHash) {
      const row = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('key_hash', '=', keyHash)
        .executeTakeFirst();
      return row === undefined ? undefined : apiKeyFrom(row);
    },

    async getMany(ids) {
      const rows = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('id', '=', sql<string>`any(${ids}::text[])`)
        .execute();
      return rows.map(apiKeyFrom);
    },

    async list({ tenantId, ...page } = {}) {
      let query = db.selectFrom('api_keys').selectAll();
      if (tenantId !== undefined) {
        query = query.where('tenant_id', tenantId === null ? 'is' : '=', tenantId);
      }
      return newestCreatedFirst(query, page, apiKeyFrom);
    },

    async revoke(id) {
      const row = await db
        .updateTable('api_keys')
        .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${clock()}::timestamptz)` })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) {
        throw apiKeyNotFound(id);
      }
      await hintOfTenants(db);
      return apiKeyFrom(row);
    },

    async touch(uses) {
      if (uses.length === 0) {
        return;
      }
      // The rows are locked by id, so that two control planes cannot wait for each other.
      await sql`
        with used as (
          select api_keys.id, use.at
          from (
            select id, max(at) as at
            from unnest(${uses.map(({ id }) => id)}::text[],
              ${uses.map(({ at }) => requireTime(at, 'at').toISOString())}::timestamptz[]) as use (id, at)
            group by id) as use
          join api_keys on api_keys.id = use.id
          where api_keys.last_used_at is null or api_keys.last_used_at < use.at
          order by api_keys.id
          for no key update of api_keys)
        update api_keys set last_used_at = used.at from used where api_keys.id = used.id`.execute(db);
    },
  };
}

function valuesOf({ tenantId, name, role, keyPrefix, keyHash, createdBy, expiresAt }: NewApiKey) {
  if (name.trim() === '' || cutText(name, MAX_NAME_LENGTH) !== name || /[\p{Cc}\p{Surrogate}]/u.test(name)) {
    throw invalid(`name must be a well-formed text of 1 to ${MAX_NAME_LENGTH} characters`);
  }
  if (!API_KEY_ROLES.includes(role) || role === (tenantId === null ? 'tenant_admin' : 'admin')) {
    throw invalid(`a key ${tenantId === null ? 'of the platform' : 'of a tenant'} cannot have this role`);
  }
  if (!/^[0-9a-f]{64}$/.test(keyHash)) {
    throw invalid('hash must be 64 lower-case hexadecimal digits');
  }
  return {
    tenant_id: tenantId,
    name,
    role,
    key_prefix: requireId(keyPrefix, 'key prefix'),
    key_hash: keyHash,
    created_by: recordedText(createdBy),
    expires_at: expiresAt === undefined ? null : requireTime(expiresAt, 'expiresAt'),
  };
}

export function apiKeyNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: API key "${id}"`);
}

function invalid(message: string): StoreError {
  return new StoreError('invalid_input', `API key: ${message}`);
}

/** The check of the table holds what the type of the role says. */
function apiKeyFrom(row: Selectable<ApiKeysTable>): ApiKeyRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    role: row.role as ApiKeyRole,
    keyPrefix: row.key_prefix,
    keyHash: row.key_hash,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
