import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { PeerCertificate } from 'node:tls';
import { type Finding, failure } from './check.js';

export interface VisitOptions {
  readonly signal: AbortSignal;
  /** Authorities in PEM; those of the system unless given. */
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** Judges whom the certificate names; by default it must name the host of the URL. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
}

export interface Visit {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds between request and answer. */
  readonly durationMs: number;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** One GET without credentials, over a connection of its own. Redirects are answers. Rejects where there is no answer. */
export function visit(url: string, options: VisitOptions): Promise<Visit> {
  const { signal, ca, cert, key, checkServerIdentity } = options;
  const startedAt = performance.now();
  const secure = new URL(url).protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, {
      agent: false,
      signal,
      ...(secure
        ? { ca, cert, key, ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }) }
        : {}),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const durationMs = performance.now() - startedAt;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BODY_BYTES)
          request.destroy(new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, durationMs });
      });
    });
    request.end();
  });
}

/** Whether an answer is a JSON object whose `status` is this. */
export function saysStatus({ status, body }: Visit, word: string): boolean {
  return status === 200 && jsonObject(body)?.['status'] === word;
}

/** Undefined for what is not a JSON object. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** What a refused connection means. @param target what was visited, for the message */
export function connectionFailure(target: string, error: unknown): Finding {
  const code = codeOf(error);
  if (code === 'ABORT_ERR')
    return failure(`${target}: no answer in time`, 'look at its load, and at firewalls between');
  const message = error instanceof Error && error.message !== '' ? reasonOf(error.message) : String(code);
  const [, advice] = MEANINGS.find(([pattern]) => pattern.test(`${code} ${message}`)) ?? [
    undefined,
    'see the message',
  ];
  return failure(
    `${target}: ${message}${code === undefined || message.includes(code) ? '' : ` (${code})`}`,
    advice,
  );
}

/** Of what OpenSSL says, its reason, without addresses in memory and places in its source. */
function reasonOf(message: string): string {
  const [, reason] = /:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  return reason === undefined ? message : `TLS: ${reason}`;
}

const MEANINGS: ReadonlyArray<readonly [pattern: RegExp, advice: string]> = [
  // ENOENT: of a socket in the file system.
  [/ECONNREFUSED|connect ENOENT/, 'start the program that listens there, or correct the address'],
  [/ENOTFOUND|EAI_AGAIN/, 'correct the host name, or its entry in DNS'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'look at routes and firewalls between here and there'],
  [/CERT_HAS_EXPIRED/, 'renew the certificate of that server'],
  [/CERT_NOT_YET_VALID/, 'look at the clocks, or at when the certificate begins'],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    'its certificate does not come from an authority that is trusted here: correct the CA file, or add the intermediate certificates to its chain',
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'its certificate must carry the name that it is called by: correct either',
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|UNKNOWN_CA|BAD_CERTIFICATE|alert/i,
    'it refuses the client certificate shown here: correct the certificate, or the CA file over there',
  ],
  [
    /wrong.version.number|packet length too long|HPE_/i,
    'one side speaks HTTPS and the other HTTP: correct the scheme of the URL',
  ],
  [/ECONNRESET|socket hang up|EPROTO/, 'it ended the connection: look at its log'],
];
