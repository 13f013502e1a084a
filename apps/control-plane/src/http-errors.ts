import { AuthError, httpStatusOf } from '@stacyvm/auth';
import { OrchestratorError, type OrchestratorErrorCode } from '@stacyvm/orchestrator';
import { StoreError } from '@stacyvm/store';

export type ErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'TIMEOUT'
  | 'CONFLICT'
  | 'RESOURCE_LIMIT'
  | 'INTERNAL_ERROR'
  | 'UNAVAILABLE';

/** An error as a caller sees it. */
export interface HttpProblem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly message: string;
}

/** A refusal by the HTTP layer itself. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly problem: HttpProblem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.message);
  }
}

/** What a caller asked for is not right, in a way that the contract cannot say. */
export function badRequest(reason: string, message: string): RequestError {
  return new RequestError({ status: 400, code: 'BAD_REQUEST', reason, message });
}

export function forbidden(reason: string, message: string): RequestError {
  return new RequestError({ status: 403, code: 'FORBIDDEN', reason, message });
}

export function notFound(reason: string, message: string): RequestError {
  return new RequestError({ status: 404, code: 'NOT_FOUND', reason, message });
}

export function conflict(reason: string, message: string): RequestError {
  return new RequestError({ status: 409, code: 'CONFLICT', reason, message });
}

export function unavailable(reason: string, message: string): RequestError {
  return new RequestError({ status: 503, code: 'UNAVAILABLE', reason, message });
}

const ORCHESTRATOR: Readonly<Record<OrchestratorErrorCode, readonly [number, ErrorCode]>> = {
  invalid_duration: [400, 'BAD_REQUEST'],
  invalid_request: [400, 'BAD_REQUEST'],
  unsupported_field: [400, 'BAD_REQUEST'],
  invalid_pattern: [400, 'BAD_REQUEST'],
  policy_denied: [403, 'FORBIDDEN'],
  policy_not_found: [404, 'NOT_FOUND'],
  policy_exists: [409, 'CONFLICT'],
  policy_reserved: [403, 'FORBIDDEN'],
  policy_from_file: [409, 'CONFLICT'],
  max_policies: [429, 'RESOURCE_LIMIT'],
  policy_unavailable: [503, 'UNAVAILABLE'],
  image_unknown: [400, 'BAD_REQUEST'],
  network_unknown: [400, 'BAD_REQUEST'],
  provider_unknown: [404, 'NOT_FOUND'],
  sandbox_not_found: [404, 'NOT_FOUND'],
  worker_not_found: [404, 'NOT_FOUND'],
  is_directory: [400, 'BAD_REQUEST'],
  not_a_directory: [400, 'BAD_REQUEST'],
  not_a_file: [400, 'BAD_REQUEST'],
  permission_denied: [403, 'FORBIDDEN'],
  file_not_found: [404, 'NOT_FOUND'],
  directory_not_empty: [409, 'CONFLICT'],
  too_large: [413, 'RESOURCE_LIMIT'],
  file_failed: [500, 'INTERNAL_ERROR'],
  no_space: [507, 'RESOURCE_LIMIT'],
  tenant_closed: [409, 'CONFLICT'],
  tenant_in_use: [409, 'CONFLICT'],
  tenant_not_found: [404, 'NOT_FOUND'],
  worker_online: [409, 'CONFLICT'],
  worker_has_sandboxes: [409, 'CONFLICT'],
  requirements_unmet: [409, 'CONFLICT'],
  exec_timeout: [408, 'TIMEOUT'],
  sandbox_not_running: [409, 'CONFLICT'],
  sandbox_lost: [409, 'CONFLICT'],
  lease_conflict: [409, 'CONFLICT'],
  cancelled: [409, 'CONFLICT'],
  ttl_too_long: [429, 'RESOURCE_LIMIT'],
  exec_timeout_too_long: [429, 'RESOURCE_LIMIT'],
  no_eligible_worker: [429, 'RESOURCE_LIMIT'],
  max_sandboxes: [429, 'RESOURCE_LIMIT'],
  max_sandboxes_per_owner: [429, 'RESOURCE_LIMIT'],
  quota_not_found: [404, 'NOT_FOUND'],
  quota_exceeded: [429, 'RESOURCE_LIMIT'],
  spawn_queue_full: [429, 'RESOURCE_LIMIT'],
  spawn_queue_timeout: [429, 'RESOURCE_LIMIT'],
  worker_failed: [500, 'INTERNAL_ERROR'],
  worker_unreachable: [503, 'UNAVAILABLE'],
  worker_busy: [503, 'UNAVAILABLE'],
  answers_busy: [503, 'UNAVAILABLE'],
  worker_refused: [503, 'UNAVAILABLE'],
  worker_revoked: [503, 'UNAVAILABLE'],
  heartbeats_overloaded: [503, 'UNAVAILABLE'],
  shutting_down: [503, 'UNAVAILABLE'],
};

const AUTH: Readonly<Record<ReturnType<typeof httpStatusOf>, ErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  429: 'RESOURCE_LIMIT',
  500: 'INTERNAL_ERROR',
  503: 'UNAVAILABLE',
};

const INTERNAL: HttpProblem = {
  status: 500,
  code: 'INTERNAL_ERROR',
  reason: 'internal',
  message: 'internal error; the log of the control plane has the details under this request id',
};

export const INVALID_BODY: HttpProblem = {
  status: 400,
  code: 'BAD_REQUEST',
  reason: 'invalid_body',
  message: 'invalid request body: it must be one JSON object in UTF-8',
};

/** What a caller is told about an error. Anything unforeseen is a fault of ours, whose details stay in the log. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof RequestError) return error.problem;
  if (error instanceof OrchestratorError) {
    const [status, code] = ORCHESTRATOR[error.code];
    return { status, code, reason: error.code, message: error.message };
  }
  if (error instanceof AuthError) {
    const status = httpStatusOf(error.code);
    return { status, code: AUTH[status], reason: error.code, message: error.message };
  }
  if (error instanceof StoreError) return storeProblem(error);
  return frameworkProblem(error) ?? INTERNAL;
}

/** What a caller is told beside the problem: after how many seconds to ask again, for one. */
export function headersOf(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof RequestError) return error.headers;
  if (error instanceof AuthError && error.retryAfterSeconds !== undefined)
    return { 'Retry-After': String(error.retryAfterSeconds) };
  return error instanceof OrchestratorError && error.code === 'worker_busy' ? { 'Retry-After': '1' } : {};
}

function storeProblem(error: StoreError): HttpProblem {
  switch (error.code) {
    case 'unavailable':
    case 'closed':
      return {
        status: 503,
        code: 'UNAVAILABLE',
        reason: 'database_unavailable',
        message: 'the database is not reachable; try again',
      };
    case 'invalid_input':
      return {
        status: 400,
        code: 'BAD_REQUEST',
        reason: 'invalid_request',
        message: ownWords(error, 'a text of the request has characters that cannot be stored'),
      };
    case 'conflict':
      return {
        status: 409,
        code: 'CONFLICT',
        reason: 'conflict',
        message: ownWords(error, 'a concurrent change was first; try again'),
      };
    case 'last_admin':
      return { status: 409, code: 'CONFLICT', reason: 'last_tenant_admin', message: error.message };
    case 'not_found':
      return { status: 404, code: 'NOT_FOUND', reason: 'not_found', message: ownWords(error, 'not found') };
    default:
      return INTERNAL;
  }
}

/** The message of the store, unless it passes on what the database said, which names tables and columns. */
export function ownWords(error: StoreError, otherwise: string): string {
  return error.cause === undefined ? error.message : otherwise;
}

interface FrameworkError {
  readonly status?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
}

/** Errors of the body parser and of the contract's validator carry a status. */
function frameworkProblem(error: unknown): HttpProblem | undefined {
  const { status, type, code, errors } = (error ?? {}) as FrameworkError;
  if (type === 'entity.too.large') {
    return {
      status: 413,
      code: 'BAD_REQUEST',
      reason: 'body_too_large',
      message: 'the request body is larger than 4 MiB',
    };
  }
  if (status === 404)
    return { status: 404, code: 'NOT_FOUND', reason: 'route_not_found', message: 'there is no such route' };
  if (status === 405) {
    return {
      status: 405,
      code: 'BAD_REQUEST',
      reason: 'method_not_allowed',
      message: 'the route does not take this method',
    };
  }
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  // The contract's validator gives 415 when the body is missing, and zlib errors have no type.
  const isAboutBody = status === 415 || typeof type === 'string' || String(code).startsWith('Z_');
  return isAboutBody ? INVALID_BODY : contractProblem(errors);
}

interface ContractViolation {
  readonly path?: string;
  readonly message?: string;
  readonly errorCode?: string;
}

const NOT_THE_CONTRACT: HttpProblem = {
  status: 400,
  code: 'BAD_REQUEST',
  reason: 'invalid_request',
  message: 'the request does not match the contract',
};

function contractProblem(errors: unknown): HttpProblem {
  const violation = (Array.isArray(errors) ? errors : [])[0] as ContractViolation | undefined;
  if (violation?.path === undefined) return NOT_THE_CONTRACT;
  const field = violation.path.replace(/^\/(body|query|params|headers)\/?/, '').slice(0, 200) || 'body';
  if (violation.errorCode?.startsWith('additionalProperties')) {
    return { ...NOT_THE_CONTRACT, reason: 'unknown_field', message: `${field}: there is no such field` };
  }
  if (violation.message?.startsWith('Unknown query parameter')) {
    return {
      ...NOT_THE_CONTRACT,
      reason: 'unknown_parameter',
      message: `${field}: there is no such parameter`,
    };
  }
  return { ...NOT_THE_CONTRACT, message: `${field}: ${violation.message ?? 'is not valid'}` };
}
