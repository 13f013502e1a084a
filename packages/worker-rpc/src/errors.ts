import { FILE_ERRORS, type RpcFileErrorCode } from './files/file-errors.js';
import type { RevocationFeed } from './revocation-feed.js';

/**
 * What is known about the effect of a call that failed. `not_executed`: surely nothing happened, it may be made
 * again elsewhere. `unknown`: it may have happened, wholly or in part.
 */
export type CallOutcome = 'not_executed' | 'unknown';

/**
 * How a call of a worker failed.
 *
 * `invalid_configuration`: the URL or the credential of the client cannot be used. `unreachable`: no connection.
 * `connection_lost`: the connection ended before the answer did. `timeout`, `aborted`: the caller's limit or signal.
 * `unauthorized` 401, `forbidden` 403, `not_found` 404, `conflict` 409, `capacity_exhausted` 429: refused.
 * `invalid_request`: any other 4xx. `worker_busy`: as many calls are under way as the worker takes, or as this client
 * makes of it, by the reason `too_many_calls`. `worker_draining`, `unavailable`: 503. `exec_timeout`: the program ran out of
 * its time. `answers_busy`: the worker has answered, but there was no room to take its answer in (`CallOptions.reserve`). `file_refused`: what the sandbox answers about a path; the reason says what, as `RpcFileErrorCode`. `stream_truncated`:
 * the stream ended without the end that the worker had announced.
 * `unexpected_redirect`: a 3xx; it is never followed. `protocol_error`: an answer outside the protocol.
 * `remote_error`: any other failure that the worker reports.
 */
export type WorkerRpcErrorCode =
  | 'invalid_configuration'
  | 'unreachable'
  | 'connection_lost'
  | 'timeout'
  | 'aborted'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'capacity_exhausted'
  | 'invalid_request'
  | 'worker_busy'
  | 'worker_draining'
  | 'unavailable'
  | 'exec_timeout'
  | 'answers_busy'
  | 'file_refused'
  | 'stream_truncated'
  | 'unexpected_redirect'
  | 'protocol_error'
  | 'remote_error';

export interface WorkerRpcErrorDetails {
  readonly outcome: CallOutcome;
  /** The HTTP status, when the worker answered. */
  readonly status?: number | undefined;
  /**
   * The worker's own stable reason, such as `token_expired` or `lease_fenced`. Where no connection was made: a
   * `TlsFailureReason`, or `rpc_url_not_allowed`.
   */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** A call of a worker that failed. */
export class WorkerRpcError extends Error {
  override readonly name = 'WorkerRpcError';
  readonly outcome: CallOutcome;
  readonly status: number | undefined;
  readonly reason: string | undefined;

  constructor(
    readonly code: WorkerRpcErrorCode,
    message: string,
    details: WorkerRpcErrorDetails,
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.outcome = details.outcome;
    this.status = details.status;
    this.reason = details.reason;
  }
}

/** What a worker's method may answer instead of a result. Status and reason of each: `RPC_METHOD_ERRORS`. */
export type RpcMethodErrorCode =
  | 'invalid_request'
  | 'image_unknown'
  | 'network_unknown'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'capacity_exhausted'
  | 'draining'
  | 'busy'
  | 'unavailable'
  | 'exec_timeout'
  | RpcFileErrorCode
  | 'not_implemented'
  | 'internal';

/** HTTP status and default reason of each `RpcMethodErrorCode`. */
export const RPC_METHOD_ERRORS: Readonly<
  Record<RpcMethodErrorCode, { readonly status: number; readonly reason: string }>
> = {
  invalid_request: { status: 400, reason: 'invalid_request' },
  image_unknown: { status: 400, reason: 'image_unknown' },
  network_unknown: { status: 400, reason: 'network_unknown' },
  forbidden: { status: 403, reason: 'forbidden' },
  not_found: { status: 404, reason: 'sandbox_not_found' },
  conflict: { status: 409, reason: 'conflict' },
  capacity_exhausted: { status: 429, reason: 'capacity_exhausted' },
  draining: { status: 503, reason: 'worker_draining' },
  busy: { status: 503, reason: 'worker_busy' },
  unavailable: { status: 503, reason: 'unavailable' },
  exec_timeout: { status: 504, reason: 'exec_timeout' },
  ...FILE_ERRORS,
  not_implemented: { status: 501, reason: 'method_not_implemented' },
  internal: { status: 500, reason: 'internal' },
};

/**
 * Thrown by a worker's method. The message goes to the control plane: it must not carry a secret. Every code but
 * `exec_timeout`, `file_failed` and `internal` promises that the call had no effect, except that a recursive delete may have gone some way.
 */
export class RpcMethodError extends Error {
  override readonly name = 'RpcMethodError';
  readonly status: number;
  readonly reason: string;

  constructor(
    readonly code: RpcMethodErrorCode,
    message: string,
    options?: ErrorOptions & { readonly reason?: string },
  ) {
    super(message, options);
    this.status = RPC_METHOD_ERRORS[code].status;
    this.reason = options?.reason ?? RPC_METHOD_ERRORS[code].reason;
  }
}

/** How a heartbeat or a lease renewal failed; as `WorkerRpcErrorCode`, seen from the worker. */
export type ControlPlaneErrorCode =
  | 'invalid_configuration'
  | 'unreachable'
  | 'connection_lost'
  | 'timeout'
  | 'aborted'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'invalid_request'
  | 'unavailable'
  | 'unexpected_redirect'
  | 'protocol_error'
  | 'remote_error';

export interface ControlPlaneErrorDetails {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
  /** The control plane's time, on a 401: tells whether a clock is wrong. */
  readonly serverTime?: Date | undefined;
  /** What is revoked, when the control plane told it with a refusal for that reason. */
  readonly revocations?: RevocationFeed | undefined;
  /** How far the control plane's clock is ahead of this one, as `serverTime` shows; negative when it is behind. */
  readonly skewMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A heartbeat, lease renewal or enrolment that failed. `reason` is the control plane's own, such as `token_revoked`;
 * but `clock_skew` when it refused a token for its times and the clocks differ by more than five seconds.
 */
export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError';
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly serverTime: Date | undefined;
  readonly revocations: RevocationFeed | undefined;
  readonly skewMs: number | undefined;

  constructor(
    readonly code: ControlPlaneErrorCode,
    message: string,
    details: ControlPlaneErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status;
    this.reason = details.reason;
    this.requestId = details.requestId;
    this.serverTime = details.serverTime;
    this.revocations = details.revocations;
    this.skewMs = details.skewMs;
  }
}

/** What a handler of the worker endpoint may answer instead of a result. */
export type WorkerEndpointErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable';

/** Why `onEnrol` does not accept a join token; `reason` of a `WorkerEndpointError` with the code `unauthorized`. */
export type JoinTokenRefusalReason =
  | 'join_token_unknown'
  | 'join_token_expired'
  | 'join_token_used'
  | 'join_token_other_worker';

/** Thrown by `onHeartbeat`, `onRenewLease` and `onEnrol`. The message goes to the worker: it must not carry a secret. */
export class WorkerEndpointError extends Error {
  override readonly name = 'WorkerEndpointError';
  readonly reason: string;

  constructor(
    readonly code: WorkerEndpointErrorCode,
    message: string,
    options?: ErrorOptions & { readonly reason?: string },
  ) {
    super(message, options);
    this.reason = options?.reason ?? code;
  }
}

/**
 * `credential_missing`: no such file. `credential_empty`, `credential_too_large`, `credential_malformed`: its content
 * is not a token. `credential_unreadable`: any other failure to read it. `credential_unusable`: a key that cannot sign.
 * `credential_unavailable`: the issuer gave none, and the last one has expired.
 */
export type CredentialErrorCode =
  | 'credential_missing'
  | 'credential_empty'
  | 'credential_too_large'
  | 'credential_malformed'
  | 'credential_unreadable'
  | 'credential_unusable'
  | 'credential_unavailable';

/** A worker has no credential to present. Names the file, never its content. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';

  constructor(
    readonly code: CredentialErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * `not_configured`: a file that is needed is not named. `file_missing`, `file_unreadable`: one that cannot be read. `certificate_malformed`, `key_malformed`: its content
 * is not what it should be. `key_mismatch`: the key of another certificate. `certificate_unusable`: OpenSSL takes the
 * pair for too weak. `certificate_not_valid_now`: it has expired, or its time has not come.
 */
export type TlsMaterialErrorCode =
  | 'not_configured'
  | 'file_missing'
  | 'file_unreadable'
  | 'certificate_malformed'
  | 'key_malformed'
  | 'key_mismatch'
  | 'certificate_unusable'
  | 'certificate_not_valid_now';

/** Files that TLS cannot be spoken with. Names the file, never its content. */
export class TlsMaterialError extends Error {
  override readonly name = 'TlsMaterialError';

  constructor(
    readonly code: TlsMaterialErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
