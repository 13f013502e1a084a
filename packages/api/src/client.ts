import createFetchClient, { type Client } from 'openapi-fetch';
import { ApiError, isCancellation } from './errors.js';
import { type ExecExit, type ExecOutput, readExecStream } from './exec-stream.js';
import type { components, paths } from './generated/contract.js';

type Schemas = components['schemas'];
export type Sandbox = Schemas['Sandbox'];
export type SpawnRequest = Schemas['SpawnRequest'];
export type ExecRequest = Schemas['ExecRequest'];
export type ExecResult = Schemas['ExecResult'];
export type Worker = Schemas['Worker'];
export type Readiness = Schemas['Readiness'];

export interface ApiClientOptions {
  /** Where the control plane listens, such as `http://127.0.0.1:7423`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The control plane as a program sees it. Every method throws `ApiError`. */
export interface ApiClient {
  spawn(request: SpawnRequest, options?: CallOptions): Promise<Sandbox>;
  get(id: string, options?: CallOptions): Promise<Sandbox>;
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
  logs(id: string, lines: number, options?: CallOptions): Promise<readonly string[]>;
  destroy(id: string, options?: CallOptions): Promise<void>;
  /** All workers by id, page by page. */
  workers(options?: CallOptions): AsyncGenerator<Worker>;
  ready(options?: CallOptions): Promise<Readiness>;
}

interface FetchResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * Creates a client of the HTTP contract, for Node and browsers.
 *
 * @example
 * const client = createApiClient({ baseUrl: 'http://127.0.0.1:7423', apiKey });
 * const sandbox = await client.spawn({ image: 'host', ttl: '5m' });
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const http: Client<paths> = createFetchClient<paths>({
    baseUrl: `${options.baseUrl.replace(/\/+$/, '')}/api/v1`,
    ...(options.apiKey === undefined ? {} : { headers: { 'X-API-Key': options.apiKey } }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const call = async <R extends FetchResult>(work: Promise<R>): Promise<NonNullable<R['data']>> => {
    const result = await settle(work, options.baseUrl);
    if (result.data === undefined || result.data === null) throw refusal(result);
    return result.data;
  };

  async function* pages<T>(
    fetchPage: (cursor: string | undefined) => Promise<FetchResult & { data?: readonly T[] }>,
  ): AsyncGenerator<T> {
    let cursor: string | undefined;
    do {
      const result = await settle(fetchPage(cursor), options.baseUrl);
      if (result.data === undefined) throw refusal(result);
      yield* result.data;
      cursor = result.response.headers.get('x-next-cursor') ?? undefined;
    } while (cursor !== undefined);
  }

  return {
    spawn: (body, { signal } = {}) => call(http.POST('/sandboxes', { body, ...given({ signal }) })),
    get: (id, { signal } = {}) =>
      call(http.GET('/sandboxes/{id}', { params: { path: { id } }, ...given({ signal }) })),
    sandboxes: ({ signal } = {}) =>
      pages((cursor) =>
        http.GET('/sandboxes', { params: { query: given({ cursor }) }, ...given({ signal }) }),
      ),
    exec: async (id, body, { signal } = {}) =>
      (await call(
        http.POST('/sandboxes/{id}/exec', { params: { path: { id } }, body, ...given({ signal }) }),
      )) as ExecResult,
    execStream: async (id, body, onOutput, { signal } = {}) => {
      const result = await settle(
        http.POST('/sandboxes/{id}/exec', {
          params: { path: { id } },
          body: { ...body, stream: true, exit_record: true },
          parseAs: 'stream',
          ...given({ signal }),
        }),
        options.baseUrl,
      );
      if (result.error !== undefined || result.response.body === null) throw refusal(result);
      return readExecStream(result.response.body, onOutput);
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
      const result = await settle(http.GET('/ready', given({ signal })), options.baseUrl);
      const body = result.data ?? result.error;
      if (body === undefined) throw refusal(result);
      return body;
    },
  };
}

/** Leaves out what is undefined, as exact optional properties demand. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

async function settle<R>(work: Promise<R>, baseUrl: string): Promise<R> {
  try {
    return await work;
  } catch (error) {
    if (isCancellation(error)) {
      throw new ApiError('cancelled', 'the call was cancelled', {}, { cause: error });
    }
    if (error instanceof SyntaxError) {
      throw new ApiError(
        'protocol',
        `${baseUrl} did not answer with JSON; is it a StacyVM control plane?`,
        {},
        { cause: error },
      );
    }
    throw new ApiError(
      'unreachable',
      `cannot reach the control plane at ${baseUrl}${systemCode(error)}`,
      {},
      { cause: error },
    );
  }
}

function systemCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code === undefined ? '' : ` (${code})`;
}

function refusal(result: FetchResult): ApiError {
  const { status } = result.response;
  const body = result.error as Partial<Schemas['Error']> | undefined;
  if (typeof body !== 'object' || typeof body.message !== 'string') {
    return new ApiError('protocol', `the control plane answered HTTP ${status} without an error body`, {
      status,
    });
  }
  return new ApiError('refused', body.message, {
    status,
    code: body.code,
    reason: body.reason,
    requestId: body.request_id,
  });
}
