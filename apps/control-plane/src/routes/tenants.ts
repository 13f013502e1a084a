import type { components } from '@stacyvm/api';
import type { Orchestrator } from '@stacyvm/orchestrator';
import { type Store, StoreError, type TenantRecord } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { tenantNotFound } from '../callers/tenant-of-request.js';
import { type Handlers, nextPage, pageOf, pathParameter } from './handler.js';

type Schemas = components['schemas'];

export type TenantOperation =
  | 'createTenant'
  | 'listTenants'
  | 'getTenant'
  | 'replaceTenant'
  | 'updateTenant'
  | 'deleteTenant';

export interface TenantsState {
  readonly store: Pick<Store, 'tenants'>;
  readonly orchestrator: Pick<Orchestrator, 'tenants'>;
}

export function tenantHandlers(
  { store: { tenants }, orchestrator }: TenantsState,
  audited: AuditedHandler,
): Handlers<TenantOperation> {
  const existing = async (id: string): Promise<TenantRecord> => {
    const tenant = await tenants.get(id);
    if (tenant === undefined) throw tenantNotFound();
    return tenant;
  };
  const changed = async (id: string, change: Parameters<typeof tenants.update>[1]) => {
    const before = await existing(id);
    const after = await found(tenants.update(id, change));
    return {
      body: { tenant: tenantJson(after) },
      detail: { before: tenantJson(before), after: tenantJson(after) },
    };
  };

  return {
    createTenant: audited('createTenant', async (request) => {
      const { id, name, owner_id: ownerId, settings } = request.body as Schemas['CreateTenant'];
      const tenant = await tenants.create({
        name,
        ...(id === undefined ? {} : { id }),
        ...(ownerId === undefined ? {} : { ownerId }),
        ...(settings === undefined || settings === null ? {} : { settings }),
      });
      const body = tenantJson(tenant);
      return {
        status: 201,
        body: { tenant: body },
        headers: { Location: `/api/v1/admin/tenants/${tenant.id}` },
        resource: `tenant:${tenant.id}`,
        detail: body,
      };
    }),

    listTenants: audited('listTenants', async (request) => {
      const { owner_id: ownerId, name_prefix: namePrefix } = request.query;
      const page = await tenants.list({
        ...pageOf(request),
        ...(typeof ownerId === 'string' ? { ownerId } : {}),
        ...(typeof namePrefix === 'string' ? { namePrefix } : {}),
      });
      return { body: { tenants: page.items.map(tenantJson) }, headers: nextPage(page) };
    }),

    getTenant: audited('getTenant', async (request) => ({
      body: { tenant: tenantJson(await existing(pathParameter(request, 'tenant_id'))) },
    })),

    replaceTenant: audited('replaceTenant', async (request) => {
      const { name, owner_id: ownerId, settings } = request.body as Schemas['ReplaceTenant'];
      return changed(pathParameter(request, 'tenant_id'), {
        ...(name ? { name } : {}),
        ...(ownerId ? { ownerId } : {}),
        ...(settings === undefined || settings === null ? {} : { settings }),
      });
    }),

    updateTenant: audited('updateTenant', async (request) => {
      const { name, owner_id: ownerId, settings } = request.body as Schemas['UpdateTenant'];
      return changed(pathParameter(request, 'tenant_id'), {
        ...(name === undefined ? {} : { name }),
        ...(ownerId === undefined ? {} : { ownerId }),
        ...(settings === undefined ? {} : { settings }),
      });
    }),

    deleteTenant: audited('deleteTenant', async (request) => {
      const cascade = request.query['cascade'] === 'true';
      const removed = await orchestrator.tenants.remove(pathParameter(request, 'tenant_id'), { cascade });
      return { status: 204, detail: { cascade, ...removed } };
    }),
  };
}

/** What is not found here is the tenant, which may have gone meanwhile. */
export async function found<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') throw tenantNotFound();
    throw error;
  }
}

function tenantJson(tenant: TenantRecord): Schemas['Tenant'] {
  return {
    id: tenant.id,
    name: tenant.name,
    owner_id: tenant.ownerId,
    settings: JSON.stringify(tenant.settings),
    state: tenant.state,
    created_at: tenant.createdAt.toISOString(),
    updated_at: tenant.updatedAt.toISOString(),
  };
}
