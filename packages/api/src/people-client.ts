import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type ApiKey = Schemas['ApiKey'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type CreateTenantApiKey = Schemas['CreateTenantApiKey'];
export type CreatePlatformApiKey = Schemas['CreatePlatformApiKey'];
export type RevokeBearerTokens = Schemas['RevokeBearerTokens'];
export type BearerRevocation = Schemas['BearerRevocation'];
export type ExplainCredential = Schemas['ExplainCredential'];
export type CredentialExplanation = Schemas['CredentialExplanation'];

/** API keys and bearer tokens of callers. Keys of a tenant are for its administrators, all else needs the admin key. */
export interface PeopleClient {
  createTenantKey(
    tenantId: string,
    request: CreateTenantApiKey,
    options?: CallOptions,
  ): Promise<CreatedApiKey>;
  createPlatformKey(request: CreatePlatformApiKey, options?: CallOptions): Promise<CreatedApiKey>;
  /** Newest first, page by page. @param tenantId undefined: those of the platform */
  keys(tenantId: string | undefined, options?: CallOptions): AsyncGenerator<ApiKey>;
  revokeKey(tenantId: string | undefined, id: string, options?: CallOptions): Promise<ApiKey>;
  revoke(request: RevokeBearerTokens, options?: CallOptions): Promise<BearerRevocation>;
  /** Newest first, page by page. */
  revocations(options?: CallOptions): AsyncGenerator<BearerRevocation>;
  removeRevocation(id: string, options?: CallOptions): Promise<void>;
  /** What a credential would be, check by check. */
  explain(credential: ExplainCredential, options?: CallOptions): Promise<CredentialExplanation>;
}

export function createPeopleClient({ http, call, pages }: HttpCalls): PeopleClient {
  return {
    createTenantKey: (tenantId, body, { signal } = {}) =>
      call(
        http.POST('/admin/tenants/{tenant_id}/api-keys', {
          params: { path: { tenant_id: tenantId } },
          body,
          ...given({ signal }),
        }),
      ),
    createPlatformKey: (body, { signal } = {}) =>
      call(http.POST('/admin/api-keys', { body, ...given({ signal }) })),
    keys: (tenantId, { signal } = {}) =>
      pages((cursor) =>
        tenantId === undefined
          ? http.GET('/admin/api-keys', { params: { query: given({ cursor }) }, ...given({ signal }) })
          : http.GET('/admin/tenants/{tenant_id}/api-keys', {
              params: { path: { tenant_id: tenantId }, query: given({ cursor }) },
              ...given({ signal }),
            }),
      ),
    revokeKey: (tenantId, id, { signal } = {}) =>
      tenantId === undefined
        ? call(http.DELETE('/admin/api-keys/{id}', { params: { path: { id } }, ...given({ signal }) }))
        : call(
            http.DELETE('/admin/tenants/{tenant_id}/api-keys/{id}', {
              params: { path: { tenant_id: tenantId, id } },
              ...given({ signal }),
            }),
          ),
    revoke: (body, { signal } = {}) =>
      call(http.POST('/admin/auth/revocations', { body, ...given({ signal }) })),
    revocations: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/auth/revocations', { params: { query: given({ cursor }) }, ...given({ signal }) }),
      ),
    removeRevocation: async (id, { signal } = {}) => {
      await call(
        http.DELETE('/admin/auth/revocations/{id}', { params: { path: { id } }, ...given({ signal }) }),
      );
    },
    explain: (body, { signal } = {}) =>
      call(http.POST('/admin/auth/explain', { body, ...given({ signal }) })),
  };
}
