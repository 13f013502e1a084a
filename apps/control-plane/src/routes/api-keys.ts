import type { components } from '@stacyvm/api';
import { mintApiKey } from '@stacyvm/auth';
import type { ApiKeyRecord, NewApiKey, Page, PageRequest, Store } from '@stacyvm/store';
import type { Request } from 'express';
import type { AuditedAnswer, AuditedHandler } from '../audit/audited-handlers.js';
import { notFound } from '../http-errors.js';
import { endOfLifetime } from '../people/lifetime.js';
import { type Handlers, NO_STORE, nextPage, pageOf, pathParameter } from './handler.js';
import { tenantOfPath } from './tenant-members.js';
import { found } from './tenants.js';

type Schemas = components['schemas'];
type CreateApiKey = Schemas['CreateTenantApiKey'] | Schemas['CreatePlatformApiKey'];

export interface ApiKeysState {
  readonly store: Pick<Store, 'apiKeys' | 'forTenant'>;
  readonly clock: () => Date;
}

/** The keys of one owner: a tenant, or the platform. */
interface OwnedKeys {
  insert(key: Omit<NewApiKey, 'tenantId'>): Promise<ApiKeyRecord>;
  list(page: PageRequest): Promise<Page<ApiKeyRecord>>;
  /** Undefined when the owner has no such key. */
  revoke(id: string): Promise<ApiKeyRecord | undefined>;
}

/** The guard of the contract has let in only those who may manage the tenant of the path, or the platform. */
export function apiKeyHandlers(
  { store, clock }: ApiKeysState,
  audited: AuditedHandler,
): Handlers<
  | 'createTenantApiKey'
  | 'listTenantApiKeys'
  | 'revokeTenantApiKey'
  | 'createPlatformApiKey'
  | 'listPlatformApiKeys'
  | 'revokePlatformApiKey'
> {
  const ofPlatform: OwnedKeys = {
    insert: (key) => store.apiKeys.insert({ ...key, tenantId: null }),
    list: (page) => store.apiKeys.list({ ...page, tenantId: null }),
    async revoke(id) {
      const record = await store.apiKeys.get(id);
      return record?.tenantId === null ? store.apiKeys.revoke(id) : undefined;
    },
  };

  async function ofTenant(request: Request): Promise<OwnedKeys> {
    const { apiKeys } = await tenantOfPath(request, store);
    return {
      insert: (key) => found(apiKeys.insert(key)),
      list: apiKeys.list,
      revoke: async (id) => ((await apiKeys.get(id)) === undefined ? undefined : apiKeys.revoke(id)),
    };
  }

  async function create(request: Request, keys: OwnedKeys, createdBy: string): Promise<AuditedAnswer> {
    const { name, role, ttl } = request.body as CreateApiKey;
    const expiresAt = endOfLifetime(ttl, clock());
    const { key, prefix, hash } = mintApiKey();
    const record = await keys.insert({
      name: name.trim(),
      role,
      keyPrefix: prefix,
      keyHash: hash,
      createdBy,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    const facts = factsOf(record);
    const body: Schemas['CreatedApiKey'] = { ...facts, key };
    return { status: 201, body, headers: NO_STORE, resource: resourceOf(record), detail: facts };
  }

  async function list(request: Request, keys: OwnedKeys): Promise<AuditedAnswer> {
    const page = await keys.list(pageOf(request));
    const now = clock();
    return { body: page.items.map((record) => apiKeyJson(record, now)), headers: nextPage(page) };
  }

  async function revoke(request: Request, keys: OwnedKeys): Promise<AuditedAnswer> {
    const record = await keys.revoke(pathParameter(request, 'id'));
    if (record === undefined) throw notFound('api_key_not_found', 'API key not found');
    const { name, role, prefix } = factsOf(record);
    return {
      body: apiKeyJson(record, clock()),
      resource: resourceOf(record),
      detail: { name, role, prefix },
    };
  }

  return {
    createTenantApiKey: audited('createTenantApiKey', async (request, { actor }) =>
      create(request, await ofTenant(request), actor.id),
    ),
    listTenantApiKeys: audited('listTenantApiKeys', async (request) =>
      list(request, await ofTenant(request)),
    ),
    revokeTenantApiKey: audited('revokeTenantApiKey', async (request) =>
      revoke(request, await ofTenant(request)),
    ),
    createPlatformApiKey: audited('createPlatformApiKey', (request, { actor }) =>
      create(request, ofPlatform, actor.id),
    ),
    listPlatformApiKeys: audited('listPlatformApiKeys', (request) => list(request, ofPlatform)),
    revokePlatformApiKey: audited('revokePlatformApiKey', (request) => revoke(request, ofPlatform)),
  };
}

function resourceOf({ id, tenantId }: ApiKeyRecord): string {
  return tenantId === null ? `api_key:${id}` : `tenant:${tenantId}/api_key:${id}`;
}

/** Nothing of it is secret. */
function factsOf(record: ApiKeyRecord) {
  const { id, tenantId, name, role, keyPrefix, createdBy, createdAt, expiresAt } = record;
  return {
    id,
    prefix: keyPrefix,
    ...(tenantId === null ? {} : { tenant_id: tenantId }),
    name,
    role,
    created_by: createdBy,
    created_at: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
  };
}

function apiKeyJson(record: ApiKeyRecord, now: Date): Schemas['ApiKey'] {
  const { lastUsedAt, revokedAt } = record;
  return {
    ...factsOf(record),
    state: stateOf(record, now),
    ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt.toISOString() }),
    ...(revokedAt === undefined ? {} : { revoked_at: revokedAt.toISOString() }),
  };
}

function stateOf({ revokedAt, expiresAt }: ApiKeyRecord, now: Date): Schemas['ApiKey']['state'] {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active';
}
