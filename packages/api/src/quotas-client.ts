import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type Quota = Schemas['Quota'];
export type QuotaUsage = Schemas['QuotaUsage'];
export type SetQuota = Schemas['SetQuota'];

/** Whose quota: of an owner, or of a tenant as a whole. */
export type QuotaHolder = { readonly owner: string } | { readonly tenant: string };

/** How much owners and tenants may have; needs the admin key. */
export interface QuotasClient {
  /** Those of all owners, by owner id, page by page. */
  list(options?: CallOptions): AsyncGenerator<Quota>;
  get(holder: QuotaHolder, options?: CallOptions): Promise<Quota>;
  /** Replaces all of it: what is left out is not limited. */
  set(holder: QuotaHolder, limits: SetQuota, options?: CallOptions): Promise<Quota>;
  remove(holder: QuotaHolder, options?: CallOptions): Promise<void>;
  /** What is used, and what holds in the end. */
  usage(holder: QuotaHolder, options?: CallOptions): Promise<QuotaUsage>;
}

/** As many as a page may have: whoever lists quotas wants all of them. */
const PAGE_SIZE = 1000;

export function createQuotasClient({ http, call, pages }: HttpCalls): QuotasClient {
  const owner = (id: string, { signal }: CallOptions = {}) => ({
    params: { path: { id } },
    ...given({ signal }),
  });
  const tenant = (id: string, { signal }: CallOptions = {}) => ({
    params: { path: { tenant_id: id } },
    ...given({ signal }),
  });
  return {
    list: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/quotas', {
          params: { query: given({ limit: PAGE_SIZE, cursor }) },
          ...given({ signal }),
        }),
      ),
    get: (holder, options) =>
      call(
        'owner' in holder
          ? http.GET('/admin/quotas/{id}', owner(holder.owner, options))
          : http.GET('/admin/tenants/{tenant_id}/quota', tenant(holder.tenant, options)),
      ),
    set: (holder, body, options) =>
      call(
        'owner' in holder
          ? http.PUT('/admin/quotas/{id}', { ...owner(holder.owner, options), body })
          : http.PUT('/admin/tenants/{tenant_id}/quota', { ...tenant(holder.tenant, options), body }),
      ),
    remove: async (holder, options) => {
      await call(
        'owner' in holder
          ? http.DELETE('/admin/quotas/{id}', owner(holder.owner, options))
          : http.DELETE('/admin/tenants/{tenant_id}/quota', tenant(holder.tenant, options)),
      );
    },
    usage: (holder, options) =>
      call(
        'owner' in holder
          ? http.GET('/admin/quotas/{id}/usage', owner(holder.owner, options))
          : http.GET('/admin/tenants/{tenant_id}/quota/usage', tenant(holder.tenant, options)),
      ),
  };
}
