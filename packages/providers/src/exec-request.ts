import { posix } from 'node:path';
import { ProviderError } from './errors.js';
import type { ExecRequest } from './provider.js';

/** The directory that a sandbox keeps between execs. */
export const WORKSPACE = '/workspace';

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The kernel's limit for one argument (MAX_ARG_STRLEN), including the closing NUL. */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;
/** Node's timers overflow beyond this. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** An `ExecRequest` whose every field has been checked and given its default. */
export interface ResolvedExec {
  readonly argv: readonly [string, ...string[]];
  readonly env: ReadonlyArray<readonly [string, string]>;
  readonly workdir: string;
  readonly timeoutMs: number | undefined;
  readonly stdin: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** @throws ProviderError `invalid_request`; the message never quotes the command or a value */
export function resolveExec(request: ExecRequest): ResolvedExec {
  const argv = commandLine(request);
  for (const argument of argv) requireText(argument, 'the command and its arguments');
  const env = Object.entries(request.env ?? {});
  for (const [name, value] of env) {
    if (!ENV_NAME.test(name)) {
      throw invalid(`invalid environment variable name ${JSON.stringify(name.slice(0, 64))}`);
    }
    requireText(value, `environment variable ${name.slice(0, 64)}`);
  }
  const workdir = request.workdir === undefined || request.workdir === '' ? WORKSPACE : request.workdir;
  requireText(workdir, 'workdir');
  return {
    argv,
    env,
    workdir: posix.resolve(WORKSPACE, workdir),
    timeoutMs: timeout(request.timeoutMs),
    stdin: request.stdin,
  };
}

/** Quotes a text for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function commandLine(request: ExecRequest): readonly [string, ...string[]] {
  const args = request.args ?? [];
  const mode: string = request.mode ?? 'shell';
  if (mode === 'shell') return ['sh', '-c', [request.command, ...args.map(shellQuote)].join(' ')];
  if (mode !== 'argv') throw invalid(`unsupported exec mode ${JSON.stringify(mode.slice(0, 32))}`);
  if (request.command.trim() === '') throw invalid('command is required in argv mode');
  return [request.command, ...args];
}

function requireText(text: string, what: string): void {
  if (text.includes('\0')) throw invalid(`${what} must not contain a NUL character`);
  if (Buffer.byteLength(text) > MAX_ARGUMENT_BYTES) {
    throw invalid(`${what} must be shorter than 128 KiB; send larger data through stdin`);
  }
}

function timeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs <= 0) return undefined;
  if (!Number.isFinite(timeoutMs)) throw invalid('timeout must be a finite number of milliseconds');
  return Math.min(Math.ceil(timeoutMs), MAX_TIMEOUT_MS);
}

function invalid(message: string): ProviderError {
  return new ProviderError('invalid_request', message);
}
