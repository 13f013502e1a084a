import { formatDuration } from '@stacyvm/duration';
import { OrchestratorError } from './errors.js';
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

export type ResolvedExec = Omit<ExecRequest, 'timeout'> & { readonly timeoutMs: number };

/** @throws OrchestratorError `invalid_request`, `invalid_duration` or `exec_timeout_too_long` */
export function resolveExecRequest(request: ExecRequest, limits: ExecLimits): ResolvedExec {
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
    timeout === undefined || timeout === ''
      ? limits.defaultTimeoutMs || limits.maxTimeoutMs
      : positiveDuration('timeout', timeout);
  if (timeoutMs > limits.maxTimeoutMs) {
    throw new OrchestratorError(
      'exec_timeout_too_long',
      `resource limit exceeded: timeout exceeds max exec timeout ${formatDuration(limits.maxTimeoutMs)}`,
    );
  }
  return { ...rest, timeoutMs };
}
