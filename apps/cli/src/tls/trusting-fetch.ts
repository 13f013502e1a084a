import { Agent, request as httpsRequest } from 'node:https';
import { addAbortSignal, Readable } from 'node:stream';

/** Statuses whose answers have no body (Fetch Standard, section 2.2.3). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * `fetch` for https, with authorities of our own: that of Node takes none. Follows no redirect, which would carry
 * credentials to another host.
 *
 * @param ca certificates in PEM, in place of those of the system
 */
export function createTrustingFetch(ca: string): typeof globalThis.fetch {
  const agent = new Agent({ ca, keepAlive: true, minVersion: 'TLSv1.2', rejectUnauthorized: true });
  return async (input, init) => {
    const wanted = new Request(input, init);
    const { method, signal } = wanted;
    const body = wanted.body === null ? undefined : Buffer.from(await wanted.arrayBuffer());
    return new Promise((resolve, reject) => {
      const headers = Object.fromEntries(wanted.headers);
      const outgoing = httpsRequest(wanted.url, { agent, method, headers, signal });
      outgoing.on('error', (error) =>
        // As fetch itself fails.
        reject(signal.aborted ? error : new TypeError('fetch failed', { cause: error })),
      );
      outgoing.on('response', (incoming) => {
        const status = incoming.statusCode ?? 0;
        const content = addAbortSignal(signal, incoming);
        const answerHeaders = headersOf(incoming.rawHeaders);
        if (WITHOUT_BODY.has(status)) {
          content.resume();
          resolve(new Response(null, { status, headers: answerHeaders }));
          return;
        }
        const stream = Readable.toWeb(content) as ReadableStream<Uint8Array>;
        resolve(new Response(stream, { status, headers: answerHeaders }));
      });
      outgoing.end(body);
    });
  };
}

/** @param raw names and values in turn */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}
