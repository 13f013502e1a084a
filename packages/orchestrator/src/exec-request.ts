import { OrchestratorError } from './errors.js';
import { type TimeLimit, tooLong } from './quotas.js';
import { positiveDuration } from './spawn-request.js';

/** A program to run in a sandbox. */
export interface ExecRequest {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly mode?: 'shell' | 'argv' | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workdir?: string | undefined;
  readonly stdin?: Uint8Array | undefined;
  /** A duration such as `30s`. */
  readonly timeout?: string | undefined;
}

export interface ExecLimits {
  /** When a request asks for none; 0 is the maximum. */
  readonly defaultTimeoutMs: number;
  readonly maxTimeoutMs: number;
}

/** `timeoutMs` is undefined when the request asks for none. */
export type CheckedExec = Omit<ExecRequest, 'timeout'> & { readonly timeoutMs: number | undefined };

export type ResolvedExec = Omit<ExecRequest, 'timeout'> & { readonly timeoutMs: number };

/** What can be said about a request without its sandbox. @throws OrchestratorError `invalid_request`, `invalid_duration` */
export function checkExecRequest(request: ExecRequest): CheckedExec {
  const { timeout, ...rest } = request;
  if (request.mode === 'argv' && request.command.trim() === '') {
    throw new OrchestratorError('invalid_request', 'command: is required in mode argv');
  }
  for (const [field, text] of [
    ['command', request.command],
    ['workdir', request.workdir ?? ''],
    ...(request.args ?? []).map((text) => ['args', text] as const),
    ...Object.values(request.env ?? {}).map((text) => ['env', text] as const),
  ] as const) {
    if (text.includes('\0'))
      throw new OrchestratorError('invalid_request', `${field}: must not contain a NUL character`);
  }
  const timeoutMs =
    timeout === undefined || timeout === '' ? undefined : positiveDuration('timeout', timeout);
  return { ...rest, timeoutMs };
}

/** @throws OrchestratorError `exec_timeout_too_long` or `quota_exceeded` */
export function limitExecTimeout(
  exec: CheckedExec,
  defaultTimeoutMs: number,
  longest: TimeLimit,
): ResolvedExec {
  const timeoutMs = exec.timeoutMs ?? Math.min(defaultTimeoutMs || longest.ms, longest.ms);
  if (timeoutMs > longest.ms) {
    throw tooLong('timeout exceeds max exec timeout', longest, 'exec_timeout_too_long');
  }
  return { ...exec, timeoutMs };
}
