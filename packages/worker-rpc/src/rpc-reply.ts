import { type CallOutcome, WorkerRpcError, type WorkerRpcErrorCode } from './errors.js';
import { isFileErrorReason } from './files/file-errors.js';
import { decodeJson, presentMembers } from './json-encoding.js';
import type {
  ExecExit,
  ExecResultWire,
  LogsResultWire,
  SpawnResultWire,
  StatusResultWire,
} from './rpc-messages.js';
import { schemaCheck } from './schema-check.js';

/** Whom an answer must name. */
export interface ReplyExpectation {
  readonly id: string;
  readonly workerId: string;
}

interface ReplyWire {
  readonly id?: string;
  readonly worker_id?: string;
  readonly error?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly result?: unknown;
}

const TEXT = { type: 'string' };
const INTEGER = { type: 'integer' };

const checkReply = schemaCheck<ReplyWire>({
  type: 'object',
  properties: { id: TEXT, worker_id: TEXT, error: TEXT, reason: TEXT, message: TEXT },
});

export const checkSpawnResult = schemaCheck<Partial<SpawnResultWire>>({
  type: 'object',
  properties: {
    runtime_id: TEXT,
    provider: TEXT,
    metadata: { type: 'object', additionalProperties: TEXT },
  },
});

export const checkStatusResult = schemaCheck<Partial<StatusResultWire>>({
  type: 'object',
  required: ['state'],
  properties: { state: TEXT, provider: TEXT, error: TEXT },
});

export const checkExecResult = schemaCheck<ExecResultWire>({
  type: 'object',
  required: ['exit_code'],
  properties: {
    exit_code: INTEGER,
    stdout: TEXT,
    stderr: TEXT,
    truncated: { type: 'boolean' },
    timed_out: { type: 'boolean' },
    duration_ms: { type: 'number' },
  },
});

export const checkLogsResult = schemaCheck<Partial<LogsResultWire>>({
  type: 'object',
  properties: { lines: { type: 'array', items: TEXT } },
});

interface StreamResultWire {
  readonly stream?: string;
  readonly data?: string;
  readonly exit?: { readonly exit_code: number; readonly timed_out?: boolean; readonly duration_ms?: number };
}

const checkStreamResult = schemaCheck<StreamResultWire>({
  type: 'object',
  properties: {
    stream: { type: 'string', enum: ['stdout', 'stderr'] },
    data: TEXT,
    exit: {
      type: 'object',
      required: ['exit_code'],
      properties: {
        exit_code: INTEGER,
        timed_out: { type: 'boolean' },
        duration_ms: { type: 'number' },
      },
    },
  },
});

/** Reads an answer in one piece, or one line of a stream, and tells its `result`. */
export function readReply(status: number, body: Uint8Array, expected: ReplyExpectation): unknown {
  const members = presentMembers(decodeJson(body));
  const reply = members === undefined ? undefined : checkReply(members);
  if (status >= 300 && status < 400) {
    throw new WorkerRpcError(
      'unexpected_redirect',
      'the worker RPC URL redirects; redirects are not followed',
      {
        // Only 303 says that the request has been served.
        outcome: status === 303 ? 'unknown' : 'not_executed',
        status,
      },
    );
  }
  const wire = reply?.ok ? reply.value : undefined;
  if (status >= 400) {
    // A refusal may come before the worker has read whom it answers.
    if (wire?.id && wire.id !== expected.id) throw misdirected(status);
    // Anything on the way may say 404 of the path; that a sandbox is not there is the worker's to say, to this call.
    if (status === 404 && wire?.id !== expected.id) throw strangersAnswer(status);
    throw refusedCall(status, wire);
  }
  if (wire === undefined)
    throw protocolError('the answer of the worker is not a worker RPC response', status);
  if (wire.id !== expected.id || wire.worker_id !== expected.workerId) {
    throw misdirected(status);
  }
  if (wire.error) throw remoteError(status, wire);
  return wire.result;
}

/** Reads the result of one line of a stream. */
export function readStreamResult(result: unknown): {
  readonly output?: { readonly stream: 'stdout' | 'stderr'; readonly data: string };
  readonly exit?: ExecExit;
} {
  if (result === undefined || result === null) return {};
  const checked = checkStreamResult(presentMembers(result) ?? result);
  if (!checked.ok) throw protocolError(`the stream of the worker has a bad line: ${checked.problem}`, 200);
  const { stream, data, exit } = checked.value;
  if (exit !== undefined) {
    const { exit_code: exitCode, timed_out: timedOut = false, duration_ms: durationMs = 0 } = exit;
    return { exit: { exitCode, timedOut, durationMs } };
  }
  if (stream !== 'stdout' && stream !== 'stderr') return {};
  return data === undefined || data === '' ? {} : { output: { stream, data } };
}

function misdirected(status: number): WorkerRpcError {
  return protocolError('the answer of the worker belongs to another request or another worker', status);
}

function strangersAnswer(status: number): WorkerRpcError {
  return new WorkerRpcError('remote_error', `worker RPC failed: HTTP ${status}, and not by the worker`, {
    outcome: 'not_executed',
    status,
    reason: 'not_a_worker',
  });
}

export function protocolError(message: string, status?: number): WorkerRpcError {
  return new WorkerRpcError('protocol_error', message, { outcome: 'unknown', status });
}

const CODES: Readonly<Record<number, WorkerRpcErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  429: 'capacity_exhausted',
  503: 'unavailable',
};

const MAX_REMOTE_TEXT = 500;

function refusedCall(status: number, wire: ReplyWire | undefined): WorkerRpcError {
  const text = (wire?.error ?? wire?.message ?? '').slice(0, MAX_REMOTE_TEXT);
  const reason = wire?.reason ?? (text.startsWith('provider not found') ? 'provider_unknown' : undefined);
  const message = `worker RPC failed: HTTP ${status}${text === '' ? '' : `: ${text}`}`;
  return new WorkerRpcError(codeOf(status, reason, text), message, {
    outcome: outcomeOf(status),
    status,
    reason,
  });
}

function codeOf(status: number, reason: string | undefined, text: string): WorkerRpcErrorCode {
  if (isFileErrorReason(reason)) return 'file_refused';
  if (reason === 'exec_timeout' || isTimeoutText(text)) return 'exec_timeout';
  if (reason === 'worker_busy') return 'worker_busy';
  // A reference worker gives no reasons.
  if (reason === 'worker_draining' || (status === 503 && text === 'worker is draining'))
    return 'worker_draining';
  return CODES[status] ?? (status < 500 ? 'invalid_request' : 'remote_error');
}

function outcomeOf(status: number): CallOutcome {
  const refusedBeforehand = (status < 500 && status !== 408) || status === 501 || status === 503;
  return refusedBeforehand ? 'not_executed' : 'unknown';
}

/** An error in an answer that began as a success: the call was accepted, and then failed. */
export function remoteError(status: number, wire: Pick<ReplyWire, 'error' | 'reason'>): WorkerRpcError {
  const text = (wire.error ?? '').slice(0, MAX_REMOTE_TEXT);
  const timedOut = wire.reason === 'exec_timeout' || isTimeoutText(text);
  const otherwise = isFileErrorReason(wire.reason) ? 'file_refused' : 'remote_error';
  return new WorkerRpcError(timedOut ? 'exec_timeout' : otherwise, `worker RPC failed: ${text}`, {
    outcome: 'unknown',
    status,
    reason: wire.reason,
  });
}

function isTimeoutText(text: string): boolean {
  return text === 'context deadline exceeded' || text.startsWith('exec timeout: ');
}
