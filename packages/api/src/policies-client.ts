import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
export type Policy = Schemas['Policy'];
export type CreatePolicy = Schemas['CreatePolicy'];
export type UpdatePolicy = Schemas['UpdatePolicy'];
export type EvaluatePolicies = Schemas['EvaluatePolicies'];
export type PolicyEvaluation = Schemas['PolicyEvaluation'];

/** The global policies; needs the admin key. */
export interface PoliciesClient {
  create(request: CreatePolicy, options?: CallOptions): Promise<Policy>;
  /** All of them, in the order of decision, page by page. */
  list(options?: CallOptions): AsyncGenerator<Policy>;
  get(id: string, options?: CallOptions): Promise<Policy>;
  update(id: string, change: UpdatePolicy, options?: CallOptions): Promise<Policy>;
  remove(id: string, options?: CallOptions): Promise<void>;
  /** What would be decided about a spawn, and why. */
  evaluate(request: EvaluatePolicies, options?: CallOptions): Promise<PolicyEvaluation>;
}

/** As many as a page may have: whoever lists policies wants all of them. */
const PAGE_SIZE = 1000;

export function createPoliciesClient({ http, call, pages }: HttpCalls): PoliciesClient {
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
    evaluate: (body, { signal } = {}) =>
      call(http.POST('/admin/policies/evaluate', { body, ...given({ signal }) })),
  };
}
