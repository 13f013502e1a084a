import type { Transaction } from 'kysely';
import {
  type ApiKeyFilter,
  type ApiKeyRecord,
  apiKeyNotFound,
  createApiKeyRepository,
  type NewApiKey,
} from './api-keys.js';
import type { Clock } from './clock.js';
import { createExecLogRepository, type ExecLogRecord } from './exec-logs.js';
import type { Page, PageRequest } from './page.js';
import { createPolicyRepository, type PolicyFilter, type PolicyRepository } from './policies.js';
import { type NewPolicy, type PolicyContent, type PolicyRecord, policyNotFound } from './policy-record.js';
import type { SandboxRecord } from './sandbox-record.js';
import { createSandboxRepository, type SandboxFilter } from './sandboxes.js';
import type { StoreSchema } from './schema.js';
import {
  type ChangeMember,
  createTenantMemberRepository,
  type MemberRole,
  type TenantMemberRecord,
} from './tenant-members.js';
import { requireTenantId, type TenantRecord } from './tenant-record.js';
import { createTenantRepository } from './tenants.js';
import { type WithinTenantOptions, withinTenant } from './within-tenant.js';

/**
 * What belongs to one tenant, and nothing else: what is another's is as if it were not there. Every query says so, and
 * where the database allows it runs under a role that cannot see other rows.
 */
export interface TenantStore {
  readonly tenantId: string;
  tenant(): Promise<TenantRecord | undefined>;
  readonly sandboxes: {
    get(id: string): Promise<SandboxRecord | undefined>;
    list(filter?: Omit<SandboxFilter, 'tenantId'>): Promise<Page<SandboxRecord>>;
  };
  readonly execLogs: {
    /** Undefined when the tenant has no such sandbox. */
    listBySandbox(sandboxId: string, request?: PageRequest): Promise<Page<ExecLogRecord> | undefined>;
  };
  readonly members: {
    set(userId: string, role: MemberRole, options?: ChangeMember): Promise<TenantMemberRecord>;
    get(userId: string): Promise<TenantMemberRecord | undefined>;
    list(request?: PageRequest & { readonly role?: MemberRole }): Promise<Page<TenantMemberRecord>>;
    remove(userId: string, options?: ChangeMember): Promise<TenantMemberRecord>;
  };
  readonly apiKeys: {
    insert(key: Omit<NewApiKey, 'tenantId'>): Promise<ApiKeyRecord>;
    get(id: string): Promise<ApiKeyRecord | undefined>;
    list(filter?: Omit<ApiKeyFilter, 'tenantId'>): Promise<Page<ApiKeyRecord>>;
    revoke(id: string): Promise<ApiKeyRecord>;
  };
  readonly policies: {
    create(policy: Omit<NewPolicy, 'tenantId'>): Promise<PolicyRecord>;
    /** One of the tenant; global ones are not its own. */
    get(id: string): Promise<PolicyRecord | undefined>;
    /** Those of the tenant and the global ones, by priority; see `PolicyRepository.list`. */
    list(filter?: Omit<PolicyFilter, 'tenantId'>): Promise<Page<PolicyRecord>>;
    update(id: string, change: Partial<PolicyContent>): Promise<PolicyRecord>;
    delete(id: string): Promise<PolicyRecord>;
  };
}

export interface TenantStoreOptions extends WithinTenantOptions {
  readonly clock: Clock;
}

/** @throws StoreError `invalid_input` when it can be no tenant */
export function createTenantStore(tenantId: string, options: TenantStoreOptions): TenantStore {
  const { clock } = options;
  requireTenantId(tenantId);
  const within = <T>(work: (transaction: Transaction<StoreSchema>) => Promise<T>): Promise<T> =>
    withinTenant(tenantId, options, work);
  /** The query's own isolation, which holds where there is no role as well. */
  const own = async <T extends { readonly tenantId: string | null }>(
    record: Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const found = await record;
    return found?.tenantId === tenantId ? found : undefined;
  };
  const changingPolicy = <T>(id: string, change: (policies: PolicyRepository) => Promise<T>): Promise<T> =>
    within(async (transaction) => {
      const policies = createPolicyRepository(transaction, clock);
      if ((await own(policies.get(id))) === undefined) throw policyNotFound(id);
      return change(policies);
    });

  return {
    tenantId,
    tenant: () => within((transaction) => createTenantRepository(transaction, clock).get(tenantId)),

    sandboxes: {
      get: (id) => within((transaction) => own(createSandboxRepository(transaction, clock).get(id))),
      list: (filter) =>
        within((transaction) => createSandboxRepository(transaction, clock).list({ ...filter, tenantId })),
    },

    execLogs: {
      listBySandbox: (sandboxId, request) =>
        within(async (transaction) => {
          const sandbox = await own(createSandboxRepository(transaction, clock).get(sandboxId));
          return sandbox && createExecLogRepository(transaction).listBySandbox(sandboxId, request);
        }),
    },

    members: {
      set: (userId, role, options) =>
        within((transaction) =>
          createTenantMemberRepository(transaction, clock).set({ tenantId, userId, role }, options),
        ),
      get: (userId) =>
        within((transaction) => createTenantMemberRepository(transaction, clock).get(tenantId, userId)),
      list: (request) =>
        within((transaction) => createTenantMemberRepository(transaction, clock).list(tenantId, request)),
      remove: (userId, options) =>
        within((transaction) =>
          createTenantMemberRepository(transaction, clock).remove(tenantId, userId, options),
        ),
    },

    apiKeys: {
      insert: (key) =>
        within((transaction) => createApiKeyRepository(transaction, clock).insert({ ...key, tenantId })),
      get: (id) => within((transaction) => own(createApiKeyRepository(transaction, clock).get(id))),
      list: (filter) =>
        within((transaction) => createApiKeyRepository(transaction, clock).list({ ...filter, tenantId })),
      revoke: (id) =>
        within(async (transaction) => {
          const keys = createApiKeyRepository(transaction, clock);
          if ((await own(keys.get(id))) === undefined) throw apiKeyNotFound(id);
          return keys.revoke(id);
        }),
    },

    policies: {
      create: (policy) =>
        within((transaction) => createPolicyRepository(transaction, clock).create({ ...policy, tenantId })),
      get: (id) => within((transaction) => own(createPolicyRepository(transaction, clock).get(id))),
      list: (filter) =>
        within((transaction) => createPolicyRepository(transaction, clock).list({ ...filter, tenantId })),
      update: (id, change) => changingPolicy(id, (policies) => policies.update(id, change)),
      delete: (id) => changingPolicy(id, (policies) => policies.delete(id)),
    },
  };
}
