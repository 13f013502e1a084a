import { type AuditClient, createAuditClient } from './audit-client.js';
import { readEventStream, type SandboxEvent } from './event-stream.js';
import { type ExecExit, type ExecOutput, readExecStream } from './exec-stream.js';
import { createFilesClient, type FilesClient } from './files-client.js';
import { createFleetClient, type FleetClient } from './fleet-client.js';
import type { components } from './generated/contract.js';
import {
  type ApiClientOptions,
  type CallOptions,
  createHttpCalls,
  given,
  refusalOf,
  type SpawnOptions,
} from './http-calls.js';
import { createPeopleClient, type PeopleClient } from './people-client.js';
import { createPoliciesClient, type PoliciesClient } from './policies-client.js';
import { createQuotasClient, type QuotasClient } from './quotas-client.js';
import { createTenantsClient, type TenantsClient } from './tenants-client.js';
import { createWorkerIdentityClient, type WorkerIdentityClient } from './worker-identity-client.js';

type Schemas = components['schemas'];
export type Sandbox = Schemas['Sandbox'];
export type SpawnRequest = Schemas['SpawnRequest'];
export type ExecRequest = Schemas['ExecRequest'];
export type ExecResult = Schemas['ExecResult'];
export type Worker = Schemas['Worker'];
export type Readiness = Schemas['Readiness'];

export interface EventOptions extends CallOptions {
  /** The id of the last event that was seen. */
  readonly after?: string | undefined;
  readonly sandboxId?: string | undefined;
  readonly follow?: boolean | undefined;
}

/** The control plane as a program sees it. Every method throws `ApiError`. */
export interface ApiClient {
  spawn(request: SpawnRequest, options?: SpawnOptions): Promise<Sandbox>;
  get(id: string, options?: CallOptions): Promise<Sandbox>;
  /** Lets a sandbox live for `ttl` from now, such as `30m`. */
  extend(id: string, ttl: string, options?: CallOptions): Promise<Sandbox>;
  /** All sandboxes that are not destroyed, newest first, page by page. */
  sandboxes(options?: CallOptions): AsyncGenerator<Sandbox>;
  exec(id: string, request: ExecRequest, options?: CallOptions): Promise<ExecResult>;
  /** Runs a program and hands out what it writes while it runs. */
  execStream(
    id: string,
    request: ExecRequest,
    onOutput: (output: ExecOutput) => void | Promise<void>,
    options?: CallOptions,
  ): Promise<ExecExit>;
  /**
   * What happens to sandboxes, until the stream ends; it can be resumed with the id of the last event as `after`.
   *
   * @param options.follow false: what is kept is all
   */
  events(options?: EventOptions): AsyncGenerator<SandboxEvent>;
  logs(id: string, lines: number, options?: CallOptions): Promise<readonly string[]>;
  destroy(id: string, options?: CallOptions): Promise<void>;
  /** All workers by id, page by page. */
  workers(options?: CallOptions): AsyncGenerator<Worker>;
  ready(options?: CallOptions): Promise<Readiness>;
  readonly files: FilesClient;
  readonly fleet: FleetClient;
  readonly workerIdentity: WorkerIdentityClient;
  readonly policies: PoliciesClient;
  readonly people: PeopleClient;
  readonly quotas: QuotasClient;
  readonly tenants: TenantsClient;
  readonly audit: AuditClient;
}

/**
 * Creates a client of the HTTP contract, for Node and browsers.
 *
 * @example
 * const client = createApiClient({ baseUrl: 'http://127.0.0.1:7423', apiKey });
 * const sandbox = await client.spawn({ image: 'host', ttl: '5m' });
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const calls = createHttpCalls(options);
  const { http, call, pages, settle, stream } = calls;

  return {
    spawn: async (body, { signal, onPolicyWarning } = {}) => {
      const answer = await settle(http.POST('/sandboxes', { body, ...given({ signal }) }));
      if (answer.data === undefined) throw refusalOf(answer);
      const warning = answer.response.headers.get('x-policy-warning');
      if (warning !== null) onPolicyWarning?.(warning);
      return answer.data;
    },
    get: (id, { signal } = {}) =>
      call(http.GET('/sandboxes/{id}', { params: { path: { id } }, ...given({ signal }) })),
    extend: (id, ttl, { signal } = {}) =>
      call(
        http.POST('/sandboxes/{id}/extend', {
          params: { path: { id } },
          body: { ttl },
          ...given({ signal }),
        }),
      ),
    sandboxes: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/sandboxes', { params: { query: given({ cursor }) }, ...given({ signal }) }),
      ),
    exec: async (id, body, { signal } = {}) =>
      (await call(
        http.POST('/sandboxes/{id}/exec', { params: { path: { id } }, body, ...given({ signal }) }),
      )) as ExecResult,
    execStream: async (id, body, onOutput, { signal } = {}) => {
      const output = await stream(
        http.POST('/sandboxes/{id}/exec', {
          params: { path: { id } },
          body: { ...body, stream: true, exit_record: true },
          parseAs: 'stream',
          ...given({ signal }),
        }),
      );
      return readExecStream(output, onOutput);
    },
    async *events({ after, sandboxId, follow, signal } = {}) {
      const happening = await stream(
        http.GET('/events', {
          params: {
            query: given({ sandbox_id: sandboxId, follow }),
            header: given({ 'Last-Event-ID': after }),
          },
          parseAs: 'stream',
          ...given({ signal }),
        }),
      );
      yield* readEventStream(happening);
    },
    logs: (id, lines, { signal } = {}) =>
      call(
        http.GET('/sandboxes/{id}/logs', {
          params: { path: { id }, query: { lines } },
          ...given({ signal }),
        }),
      ),
    destroy: async (id, { signal } = {}) => {
      await call(http.DELETE('/sandboxes/{id}', { params: { path: { id } }, ...given({ signal }) }));
    },
    workers: ({ signal } = {}) =>
      pages((cursor) => http.GET('/workers', { params: { query: given({ cursor }) }, ...given({ signal }) })),
    ready: async ({ signal } = {}) => {
      const result = await settle(http.GET('/ready', given({ signal })));
      const body = result.data ?? result.error;
      if (body === undefined || 'code' in body) throw refusalOf(result);
      return body;
    },
    files: createFilesClient(calls),
    fleet: createFleetClient(calls),
    workerIdentity: createWorkerIdentityClient(calls),
    policies: createPoliciesClient(calls),
    people: createPeopleClient(calls),
    quotas: createQuotasClient(calls),
    tenants: createTenantsClient(calls),
    audit: createAuditClient(calls),
  };
}
