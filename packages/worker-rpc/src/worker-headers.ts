import type { IncomingHttpHeaders } from 'node:http';

export const WORKER_ID_HEADER = 'x-worker-id';
export const WORKER_TOKEN_HEADER = 'x-worker-token';
/** Proves an enrolment, and nothing else. */
export const JOIN_TOKEN_HEADER = 'x-join-token';
export const REQUEST_ID_HEADER = 'x-request-id';
/** `ndjson` asks for live output of `worker.exec_stream`. */
export const STREAM_HEADER = 'x-worker-stream';
/** `1` in a request asks for an exit record; `1` in the answer promises it. */
export const STREAM_EXIT_HEADER = 'x-worker-stream-exit';

export interface PresentedCredential {
  readonly workerId: string;
  readonly token: string;
}

/**
 * Reads `X-Worker-ID` and the token: `X-Worker-Token`, else `Authorization` with the scheme `Bearer`. What is missing
 * is the empty string.
 */
export function presentedCredential(headers: IncomingHttpHeaders): PresentedCredential {
  const token = headerText(headers, WORKER_TOKEN_HEADER);
  return {
    workerId: headerText(headers, WORKER_ID_HEADER),
    token: token === '' ? bearerToken(headers.authorization ?? '') : token,
  };
}

export function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return ((Array.isArray(value) ? value[0] : value) ?? '').trim();
}

function bearerToken(authorization: string): string {
  const scheme = 'bearer ';
  if (authorization.slice(0, scheme.length).toLowerCase() !== scheme) return '';
  return authorization.slice(scheme.length).trim();
}
