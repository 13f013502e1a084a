import { redact, redactText } from '@stacyvm/logging';
import { connectionAdvice } from '../tls/connection-advice.js';

export interface ServerPart {
  readonly document: Readonly<Record<string, unknown>>;
  readonly errors: readonly CollectionError[];
}

/** Something that could not be collected, and why. */
export interface CollectionError {
  readonly part: string;
  readonly message: string;
}

const RESOURCES = [
  ['health', '/api/v1/health'],
  ['ready', '/api/v1/ready'],
  ['diagnostics', '/api/v1/admin/diagnostics'],
  ['metrics', '/api/v1/metrics/prometheus'],
] as const;

const MAX_BYTES = 4 * 1024 * 1024;

export interface ServerOptions {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** That of Node.js unless given. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timeoutMs: number;
}

/** What a control plane tells about itself. */
export async function collectServer(options: ServerOptions): Promise<ServerPart> {
  const results = await Promise.all(
    RESOURCES.map(async ([name, path]) => {
      try {
        return { name, value: await fetchResource(path, options) };
      } catch (error) {
        return { name, error: { part: `server.${name}`, message: reasonOf(error) } };
      }
    }),
  );
  return {
    document: Object.fromEntries([
      ['url', redactText(options.url)],
      ...results.flatMap((result) => ('value' in result ? [[result.name, result.value]] : [])),
    ]),
    errors: results.flatMap((result) =>
      'error' in result && result.error !== undefined ? [result.error] : [],
    ),
  };
}

async function fetchResource(
  path: string,
  { url, apiKey, fetch = globalThis.fetch, timeoutMs }: ServerOptions,
): Promise<unknown> {
  const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
    // A redirect would carry the key to another host.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(apiKey === undefined ? {} : { headers: { 'X-API-Key': apiKey } }),
  });
  const text = await readText(response);
  // A control plane that is not ready says why with another status.
  if (!response.ok && path !== '/api/v1/ready') throw new Error(`HTTP ${response.status}`);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return isJson ? redact(JSON.parse(text)) : redactText(text).split('\n');
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** fetch hides what happened in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
  const advice = connectionAdvice(error);
  const reason = redactText(
    cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error)),
  );
  return advice === undefined ? reason : `${reason}; ${advice}`;
}
