import { type JsonObject, parseStrictJsonObject } from '../jose/strict-json.js';

/** The largest document that a provider may send. */
export const MAX_DOCUMENT_BYTES = 512 * 1024;

export interface FetchDocumentOptions {
  readonly fetch: typeof globalThis.fetch;
  /** From the request to the last byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A document that was not had. The message tells operators why; of the URL it shows neither query nor credentials. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

/**
 * Fetches a JSON object: status 200 and no redirect, in time, within the size limit whatever the length header or the
 * compression says.
 *
 * @throws DocumentError
 */
export async function fetchDocument(url: URL, options: FetchDocumentOptions): Promise<JsonObject> {
  const { fetch, timeoutMs, signal } = options;
  const abort = new AbortController();
  const stop = () => abort.abort();
  const timer = setTimeout(
    () => abort.abort(new DocumentError(`no complete answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: abort.signal,
    });
    return parseStrictJsonObject(await bodyOf(response));
  } catch (error) {
    throw new DocumentError(`${url.origin}${url.pathname}: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new DocumentError(
      response.status >= 300 && response.status < 400
        ? `it answered with a redirect (${response.status}), which is not followed`
        : `it answered with status ${response.status}`,
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw cancels the body.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) throw new DocumentError(`it is larger than ${MAX_DOCUMENT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  if (error instanceof DocumentError || error instanceof SyntaxError) return error.message;
  if (error.name === 'AbortError') return 'fetching was stopped';
  const cause: unknown = error.cause;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `it cannot be reached${code}`;
}
