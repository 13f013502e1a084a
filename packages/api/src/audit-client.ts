import type { components, operations } from './generated/contract.js';
import { type CallOptions, given, type HttpCalls, refusalOf } from './http-calls.js';
import { textLines } from './text-lines.js';

type Schemas = components['schemas'];
export type AuditEvent = Schemas['AuditEvent'];
export type AuditChain = Schemas['AuditChain'];
export type AuditKey = Schemas['AuditKey'];
/** What is asked for; a tenant's administrator names the tenant, and administrators may. */
export type AuditQuery = Omit<
  NonNullable<operations['listAudit']['parameters']['query']>,
  'format' | 'cursor'
>;

/** What was done and refused; needs the admin key, unless it says otherwise. */
export interface AuditClient {
  /** Newest first, page by page; `limit` is the size of a page. */
  list(query?: AuditQuery, options?: CallOptions): AsyncGenerator<AuditEvent>;
  /** Everything that matches, as lines of NDJSON or CSV without their ends. */
  lines(query: AuditQuery, format: 'ndjson' | 'csv', options?: CallOptions): AsyncGenerator<string>;
  /** Where the chains end, by tenant, page by page. */
  chains(options?: CallOptions): AsyncGenerator<AuditChain>;
  /** A whole chain for verification, as lines; '' is the platform's. */
  chain(tenantId: string, options?: CallOptions): AsyncGenerator<string>;
  /**
   * What was done to a tenant, as `lines`, for its administrators as well. That it is read is recorded there too, before.
   *
   * @param options `requestId`: what the request is called in that record (`X-Request-ID`)
   */
  tenantLines(
    tenantId: string,
    query: Omit<AuditQuery, 'tenant_id'>,
    format: 'ndjson' | 'csv',
    options?: CallOptions & { readonly requestId?: string | undefined },
  ): AsyncGenerator<string>;
  /** The chain of a tenant, for its administrators as well. */
  tenantChain(tenantId: string, options?: CallOptions): AsyncGenerator<string>;
  /** The public key that verifies statements; undefined when nothing is signed. */
  key(options?: CallOptions): Promise<AuditKey | undefined>;
}

export function createAuditClient({ http, pages, settle, stream }: HttpCalls): AuditClient {
  return {
    list: (query = {}, { signal } = {}) =>
      pages(async (cursor) => {
        const result = await http.GET('/admin/audit', {
          params: { query: given({ ...query, cursor }) },
          ...given({ signal }),
        });
        return result as typeof result & { data?: readonly AuditEvent[] };
      }),
    async *lines(query, format, { signal } = {}) {
      yield* linesOf(
        await stream(
          http.GET('/admin/audit', {
            params: { query: given({ ...query, format }) },
            parseAs: 'stream',
            ...given({ signal }),
          }),
        ),
      );
    },
    chains: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/admin/audit/chains', { params: { query: given({ cursor }) }, ...given({ signal }) }),
      ),
    async *chain(tenantId, { signal } = {}) {
      yield* linesOf(
        await stream(
          http.GET('/admin/audit/chain', {
            params: { query: { tenant_id: tenantId } },
            parseAs: 'stream',
            ...given({ signal }),
          }),
        ),
      );
    },
    async *tenantLines(tenantId, query, format, { signal, requestId } = {}) {
      yield* linesOf(
        await stream(
          http.GET('/admin/tenants/{tenant_id}/audit', {
            params: { path: { tenant_id: tenantId }, query: given({ ...query, format }) },
            headers: given({ 'X-Request-ID': requestId }),
            parseAs: 'stream',
            ...given({ signal }),
          }),
        ),
      );
    },
    async *tenantChain(tenantId, { signal } = {}) {
      yield* linesOf(
        await stream(
          http.GET('/admin/tenants/{tenant_id}/audit/chain', {
            params: { path: { tenant_id: tenantId } },
            parseAs: 'stream',
            ...given({ signal }),
          }),
        ),
      );
    },
    async key({ signal } = {}) {
      const result = await settle(http.GET('/admin/audit/key', given({ signal })));
      if (result.data !== undefined) return result.data;
      if (result.error.reason === 'audit_unsigned') return undefined;
      throw refusalOf(result);
    },
  };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  for await (const line of textLines(body)) if (line !== '') yield line;
}
