import { encodeJson } from './json-encoding.js';

/** A call that was refused before it had an effect. */
export interface RpcRefusalEvent {
  readonly status: number;
  readonly reason: string;
  readonly method: string | undefined;
  readonly remoteAddress: string | undefined;
}

/** Why a request is refused before its envelope is understood; told without one. */
export const METHOD_NOT_ALLOWED = {
  code: 'BAD_REQUEST',
  message: 'method not allowed',
  reason: 'method_not_allowed',
};
export const NOT_POST = { status: 405, ...METHOD_NOT_ALLOWED };
export const TOO_LARGE = {
  status: 413,
  code: 'BAD_REQUEST',
  message: 'worker RPC request is too large',
  reason: 'body_too_large',
};
export const NO_ENVELOPE = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'invalid worker RPC request',
  reason: 'invalid_request',
};
export const OTHER_WORKER = {
  status: 403,
  code: 'UNAUTHORIZED',
  message: 'worker RPC request targets a different worker',
  reason: 'worker_mismatch',
};
export const REVOKED = {
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'invalid or missing worker RPC credentials',
  reason: 'token_revoked',
};
/** Told in an envelope, before the call has an effect. */
export const BUSY = {
  status: 503,
  message: 'the worker is busy: too many calls of this kind are under way; try again',
  reason: 'worker_busy',
};
/** When a refused caller may come again, in seconds. */
export const BUSY_RETRY_SECONDS = 1;
export const INTERNAL = encodeJson({ code: 'INTERNAL_ERROR', message: 'internal error', reason: 'internal' });
