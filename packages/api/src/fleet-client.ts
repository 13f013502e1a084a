import type { components } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls } from './http-calls.js';

type Schemas = components['schemas'];
type Worker = Schemas['Worker'];
export type DrainWorker = Schemas['DrainWorker'];

/** What operators ask of workers; needs the admin key. */
export interface FleetClient {
  /** No new sandboxes are placed on the worker. */
  cordon(id: string, options?: CallOptions): Promise<Worker>;
  uncordon(id: string, options?: CallOptions): Promise<Worker>;
  /** Lets it run empty; what is left is destroyed at the deadline, or at once with `evict`. */
  drain(id: string, drain?: DrainWorker, options?: CallOptions): Promise<Worker>;
  undrain(id: string, options?: CallOptions): Promise<Worker>;
  /** Forgets a worker that is offline and has no sandboxes, or any with `force`. */
  remove(id: string, options?: CallOptions & { readonly force?: boolean }): Promise<void>;
}

export function createFleetClient({ http, call }: HttpCalls): FleetClient {
  const of = (id: string, { signal }: CallOptions) => ({ params: { path: { id } }, ...given({ signal }) });
  return {
    cordon: (id, options = {}) => call(http.POST('/admin/workers/{id}/cordon', of(id, options))),
    uncordon: (id, options = {}) => call(http.POST('/admin/workers/{id}/uncordon', of(id, options))),
    drain: (id, body = {}, options = {}) =>
      call(http.POST('/admin/workers/{id}/drain', { ...of(id, options), body })),
    undrain: (id, options = {}) => call(http.POST('/admin/workers/{id}/undrain', of(id, options))),
    remove: async (id, { force = false, signal } = {}) => {
      await call(
        http.DELETE('/admin/workers/{id}', {
          params: { path: { id }, query: force ? { force: 'true' } : {} },
          ...given({ signal }),
        }),
      );
    },
  };
}
