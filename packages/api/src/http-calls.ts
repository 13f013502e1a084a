import createFetchClient, { type Client } from 'openapi-fetch';
import { ApiError, isCancellation } from './errors.js';
import type { components, paths } from './generated/contract.js';
import { pathWith } from './path-parameters.js';

export interface ApiClientOptions {
  /** Where the control plane listens, such as `http://127.0.0.1:7423`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** The tenant to act for, by `X-Tenant-ID`; without one the credential decides. */
  readonly tenant?: string | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How a sandbox is asked for. */
export interface SpawnOptions extends CallOptions {
  /** Told what policies on trial would have denied. */
  readonly onPolicyWarning?: ((warning: string) => void) | undefined;
}

interface FetchResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** Calls of the contract, whose failures are `ApiError`s. */
export interface HttpCalls {
  readonly http: Client<paths>;
  /** The body of a successful answer. */
  call<R extends FetchResult>(work: Promise<R>): Promise<NonNullable<R['data']>>;
  /** For answers without a body. */
  done(work: Promise<FetchResult>): Promise<void>;
  /** The body of a successful answer, as it comes; the call has asked for a stream. */
  stream(work: Promise<FetchResult>): Promise<ReadableStream<Uint8Array>>;
  /** The items of every page. */
  pages<T>(
    fetchPage: (cursor: string | undefined) => Promise<FetchResult & { data?: readonly T[] }>,
  ): AsyncGenerator<T>;
  /** An answer, whether it is a success or not. */
  settle<R>(work: Promise<R>): Promise<R>;
}

export function createHttpCalls(options: ApiClientOptions): HttpCalls {
  const settle = <R>(work: Promise<R>): Promise<R> => settled(work, options.baseUrl);
  return {
    http: createFetchClient<paths>({
      baseUrl: `${options.baseUrl.replace(/\/+$/, '')}/api/v1`,
      headers: given({ 'X-API-Key': options.apiKey, 'X-Tenant-ID': options.tenant }),
      pathSerializer: pathWith,
      fetch: holdingRequests(options.fetch),
    }),
    settle,
    async call(work) {
      const result = await settle(work);
      if (result.data === undefined || result.data === null) throw refusalOf(result);
      return result.data;
    },
    async done(work) {
      const result = await settle(work);
      if (!result.response.ok) throw refusalOf(result);
    },
    async stream(work) {
      const result = await settle(work);
      if (result.error !== undefined || result.response.body === null) throw refusalOf(result);
      return result.response.body;
    },
    async *pages(fetchPage) {
      let cursor: string | undefined;
      do {
        const result = await settle(fetchPage(cursor));
        if (result.data === undefined) throw refusalOf(result);
        yield* result.data;
        cursor = result.response.headers.get('x-next-cursor') ?? undefined;
      } while (cursor !== undefined);
    },
  };
}

/**
 * A `fetch` whose requests live as long as the bodies of their answers. A Request holds on to the signal of its caller by
 * a weak reference alone: collected as garbage, it would leave a stream that nothing can end.
 */
function holdingRequests(fetch: typeof globalThis.fetch | undefined) {
  const requestOf = new WeakMap<ReadableStream, Request>();
  return async (request: Request): Promise<Response> => {
    const response = await (fetch ?? globalThis.fetch)(request);
    if (response.body !== null) requestOf.set(response.body, request);
    return response;
  };
}

/** Leaves out what is undefined, as exact optional properties demand. */
export function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

async function settled<R>(work: Promise<R>, baseUrl: string): Promise<R> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) throw error;
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

export function refusalOf(result: FetchResult): ApiError {
  const { status } = result.response;
  const body = result.error as Partial<components['schemas']['Error']> | undefined;
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
