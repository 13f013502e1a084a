import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type Policy = Schemas['Policy'];
export type CreatePolicy = Schemas['CreatePolicy'];
export type UpdatePolicy = Schemas['UpdatePolicy'];
export type EvaluatePolicies = Schemas['EvaluatePolicies'];
export type PolicyEvaluation = Schemas['PolicyEvaluation'];

/** The policies of one tenant, for its administrators and those of the platform. */
export interface TenantPoliciesClient {
  create(request: CreatePolicy, options?: CallOptions): Promise<Policy>;
  /** Its own and the global ones, in the order of decision. */
  list(options?: CallOptions): Promise<readonly Policy[]>;
  get(id: string, options?: CallOptions): Promise<Policy>;
  update(id: string, change: UpdatePolicy, options?: CallOptions): Promise<Policy>;
  remove(id: string, options?: CallOptions): Promise<void>;
}

/** The global policies; needs the admin key. */
export interface PoliciesClient {
  create(request: CreatePolicy, options?: CallOptions): Promise<Policy>;
  /** All of them, in the order of decision, page by page. */
  list(options?: CallOptions): AsyncGenerator<Policy>;
  get(id: string, options?: CallOptions): Promise<Policy>;
  update(id: string, change: UpdatePolicy, options?: CallOptions): Promise<Policy>;
  remove(id: string, options?: CallOptions): Promise<void>;
  ofTenant(tenantId: string): TenantPoliciesClient;
  /** What would be decided about a spawn, and why. */
  evaluate(request: EvaluatePolicies, options?: CallOptions): Promise<PolicyEvaluation>;
}

/** As many as a page may have: whoever lists policies wants all of them. */
const PAGE_SIZE = 1000;

export function createPoliciesClient(calls: HttpCalls): PoliciesClient {
  const { http, call, pages } = calls;
  const of = (id: string) => ({ params: { path: { id } } });
  return {
    create: (body, { signal } = {}) => call(http.POST('/admin/policies', { body, ...given({ signal }) })),
    list: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/policies', {
          params: { query: given({ limit: PAGE_SIZE, cursor }) },
          ...given({ signal }),
        }),
      ),
    get: (id, { signal } = {}) => call(http.GET('/admin/policies/{id}', { ...of(id), ...given({ signal }) })),
    update: (id, body, { signal } = {}) =>
      call(http.PATCH('/admin/policies/{id}', { ...of(id), body, ...given({ signal }) })),
    remove: async (id, { signal } = {}) => {
      await call(http.DELETE('/admin/policies/{id}', { ...of(id), ...given({ signal }) }));
    },
    ofTenant: (tenantId) => createTenantPoliciesClient(tenantId, calls),
    evaluate: (body, { signal } = {}) =>
      call(http.POST('/admin/policies/evaluate', { body, ...given({ signal }) })),
  };
}

function createTenantPoliciesClient(tenantId: string, { http, call, done }: HttpCalls): TenantPoliciesClient {
  const tenant = { params: { path: { tenant_id: tenantId } } };
  const of = (id: string) => ({ params: { path: { tenant_id: tenantId, id } } });
  const ALL = '/admin/tenants/{tenant_id}/policies';
  const ONE = '/admin/tenants/{tenant_id}/policies/{id}';
  return {
    create: async (body, { signal } = {}) =>
      (await call(http.POST(ALL, { ...tenant, body, ...given({ signal }) }))).policy,
    list: async ({ signal } = {}) =>
      (await call(http.GET(ALL, { ...tenant, ...given({ signal }) }))).policies,
    get: async (id, { signal } = {}) =>
      (await call(http.GET(ONE, { ...of(id), ...given({ signal }) }))).policy,
    update: async (id, body, { signal } = {}) =>
      (await call(http.PATCH(ONE, { ...of(id), body, ...given({ signal }) }))).policy,
    remove: (id, { signal } = {}) => done(http.DELETE(ONE, { ...of(id), ...given({ signal }) })),
  };
}
