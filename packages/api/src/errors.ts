/** What went wrong on the way to an answer, or the control plane's own `reason`. */
export type ApiErrorKind = 'unreachable' | 'refused' | 'protocol' | 'cancelled' | 'invalid';

/** The details of a failed call. `status`, `reason` and `requestId` are there when the control plane answered. */
export interface ApiErrorDetails {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * A call of the control plane that did not succeed. `unreachable`: no connection, or it was lost before an answer.
 * `refused`: the control plane answered with an error. `protocol`: the answer is not what the contract promises.
 * `cancelled`: the caller's signal. `invalid`: nothing was sent, as an argument can be in no path: it is empty, `.` or `..`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    details: ApiErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = details.status;
    this.code = details.code;
    this.reason = details.reason;
    this.requestId = details.requestId;
  }
}

/** True for what a signal of the caller throws, a timeout of `AbortSignal.timeout` included. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
