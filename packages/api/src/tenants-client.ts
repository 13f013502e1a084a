import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type Tenant = Schemas['Tenant'];
export type CreateTenant = Schemas['CreateTenant'];
export type UpdateTenant = Schemas['UpdateTenant'];
export type TenantMember = Schemas['TenantMember'];
export type TenantMemberRole = Schemas['TenantMemberRole'];

export interface TenantListFilter {
  readonly ownerId?: string | undefined;
  readonly namePrefix?: string | undefined;
}

/** Those who share the fleet; needs the admin key. */
export interface TenantsClient {
  create(request: CreateTenant, options?: CallOptions): Promise<Tenant>;
  /** All of them, newest first, page by page. */
  list(filter?: TenantListFilter, options?: CallOptions): AsyncGenerator<Tenant>;
  get(id: string, options?: CallOptions): Promise<Tenant>;
  update(id: string, change: UpdateTenant, options?: CallOptions): Promise<Tenant>;
  /** With `cascade` also its members, keys, policies and sandboxes; without, `ApiError` 409 `tenant_in_use` says what is left. */
  remove(id: string, options?: CallOptions & { readonly cascade?: boolean }): Promise<void>;
  readonly members: TenantMembersClient;
}

/** Who belongs to a tenant; for its own administrators as well. */
export interface TenantMembersClient {
  /** All of them, oldest first, page by page. */
  list(tenantId: string, options?: CallOptions): AsyncGenerator<TenantMember>;
  get(tenantId: string, userId: string, options?: CallOptions): Promise<TenantMember>;
  /** Adds the member, or gives it another role. */
  set(tenantId: string, userId: string, role: TenantMemberRole, options?: CallOptions): Promise<TenantMember>;
  remove(tenantId: string, userId: string, options?: CallOptions): Promise<void>;
}

const PAGE_SIZE = 1000;

export function createTenantsClient({ http, call, pages, done }: HttpCalls): TenantsClient {
  const of = (id: string) => ({ params: { path: { tenant_id: id } } });
  const member = (tenantId: string, userId: string) => ({
    params: { path: { tenant_id: tenantId, user_id: userId } },
  });
  return {
    create: async (body, { signal } = {}) =>
      (await call(http.POST('/admin/tenants', { body, ...given({ signal }) }))).tenant,
    list: ({ ownerId, namePrefix } = {}, { signal } = {}) =>
      pages(async (cursor) => {
        const query = given({ limit: PAGE_SIZE, cursor, owner_id: ownerId, name_prefix: namePrefix });
        const page = await http.GET('/admin/tenants', { params: { query }, ...given({ signal }) });
        return pageOf(page, page.data?.tenants);
      }),
    get: async (id, { signal } = {}) =>
      (await call(http.GET('/admin/tenants/{tenant_id}', { ...of(id), ...given({ signal }) }))).tenant,
    update: async (id, body, { signal } = {}) =>
      (await call(http.PATCH('/admin/tenants/{tenant_id}', { ...of(id), body, ...given({ signal }) })))
        .tenant,
    remove: (id, { signal, cascade = false } = {}) =>
      done(
        http.DELETE('/admin/tenants/{tenant_id}', {
          params: { path: { tenant_id: id }, ...(cascade ? { query: { cascade: 'true' as const } } : {}) },
          ...given({ signal }),
        }),
      ),
    members: {
      list: (tenantId, { signal } = {}) =>
        pages(async (cursor) => {
          const params = { ...of(tenantId).params, query: given({ limit: PAGE_SIZE, cursor }) };
          const path = '/admin/tenants/{tenant_id}/members';
          const page = await http.GET(path, { params, ...given({ signal }) });
          return pageOf(page, page.data?.members);
        }),
      get: async (tenantId, userId, { signal } = {}) => {
        const path = '/admin/tenants/{tenant_id}/members/{user_id}';
        return (await call(http.GET(path, { ...member(tenantId, userId), ...given({ signal }) }))).member;
      },
      set: async (tenantId, userId, role, { signal } = {}) => {
        const path = '/admin/tenants/{tenant_id}/members/{user_id}';
        const options = { ...member(tenantId, userId), body: { role }, ...given({ signal }) };
        return (await call(http.PUT(path, options))).member;
      },
      remove: (tenantId, userId, { signal } = {}) =>
        done(
          http.DELETE('/admin/tenants/{tenant_id}/members/{user_id}', {
            ...member(tenantId, userId),
            ...given({ signal }),
          }),
        ),
    },
  };
}

/** These lists come in an object, as the reference has them. */
function pageOf<T>(
  { response, error }: { readonly response: Response; readonly error?: unknown },
  items: readonly T[] | undefined,
) {
  return { response, error, ...(items === undefined ? {} : { data: items }) };
}
