import { WorkerEndpointError, type WorkerEndpointErrorCode } from './errors.js';

/** Why a request of a worker is not served, as its answer says it. */
export interface EndpointRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly reason: string;
}

export const REFUSALS = {
  notFound: { status: 404, code: 'NOT_FOUND', message: 'not found', reason: 'not_found' },
  methodNotAllowed: {
    status: 405,
    code: 'BAD_REQUEST',
    message: 'method not allowed',
    reason: 'method_not_allowed',
  },
  missingScope: {
    status: 403,
    code: 'FORBIDDEN',
    message: 'required authorization scope missing',
    reason: 'missing_scope',
  },
  workerIdMissing: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'worker id is required',
    reason: 'worker_id_required',
  },
  leaseIdsMissing: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'worker id and resource id are required',
    reason: 'resource_id_required',
  },
  workerMismatch: {
    status: 403,
    code: 'UNAUTHORIZED',
    message: 'worker credential does not match requested worker',
    reason: 'worker_mismatch',
  },
  workerIdInvalid: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'worker id is not in the grammar of worker ids',
    reason: 'worker_id_invalid',
  },
  joinTokenMissing: {
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'a join token is required',
    reason: 'join_token_missing',
  },
  joinTokenMalformed: {
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'this is not a join token',
    reason: 'join_token_malformed',
  },
  bodyTooLarge: {
    status: 413,
    code: 'BAD_REQUEST',
    message: 'request body is too large',
    reason: 'body_too_large',
  },
  invalidBody: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'invalid request body',
    reason: 'invalid_body',
  },
} as const satisfies Record<string, EndpointRefusal>;

/** The worker says where it can be called, and the control plane must not call there. */
export function rpcUrlNotAllowed(problem: string): EndpointRefusal {
  return { status: 403, code: 'FORBIDDEN', message: problem, reason: 'rpc_url_not_allowed' };
}

const HANDLER_ANSWERS: Readonly<
  Record<WorkerEndpointErrorCode, { readonly status: number; readonly code: string }>
> = {
  invalid_request: { status: 400, code: 'BAD_REQUEST' },
  unauthorized: { status: 401, code: 'UNAUTHORIZED' },
  forbidden: { status: 403, code: 'FORBIDDEN' },
  not_found: { status: 404, code: 'NOT_FOUND' },
  conflict: { status: 409, code: 'CONFLICT' },
  rate_limited: { status: 429, code: 'RESOURCE_LIMIT' },
  unavailable: { status: 503, code: 'UNAVAILABLE' },
};

/** What the worker is told about an error of a handler. */
export function failureOf(error: unknown): EndpointRefusal {
  if (error instanceof WorkerEndpointError) {
    return { ...HANDLER_ANSWERS[error.code], message: error.message, reason: error.reason };
  }
  return { status: 500, code: 'INTERNAL_ERROR', message: 'internal error', reason: 'internal' };
}
