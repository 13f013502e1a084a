import type { ApiError } from '@stacyvm/api';
import { endWhenNobodyReads } from './closed-output.js';
import { runCommandLine } from './command-line.js';
import { CommandFailure } from './failure.js';
import { programOf, runProgramInForeground } from './programs.js';

/** What the program that `worker` starts does not know of. */
const WORKER_COMMANDS = `
Commands, each with --help: stacyvm worker list | cordon | uncordon | drain | undrain
  | remove | token | join-token | credentials | keys | revocations | unrevoke
`;

async function main(argv: readonly string[]): Promise<void> {
  const program = programOf(argv);
  if (program !== undefined) {
    process.exitCode = await runProgramInForeground(program, argv.slice(1));
    if (program === '@stacyvm/worker' && argv.includes('--help')) process.stdout.write(WORKER_COMMANDS);
    return;
  }
  await runCommandLine(argv);
}

endWhenNobodyReads(process.stdout, process.stderr);
try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = await report(error);
}

async function report(error: unknown): Promise<number> {
  const message = error instanceof Error ? error.message : String(error);
  // A command may have an exit code of its own for calls that fail.
  const origin = error instanceof CommandFailure ? error.cause : error;
  const details =
    isApiError(origin) && origin.requestId !== undefined
      ? ` (${origin.reason}, request ${origin.requestId})`
      : '';
  const advice = await adviceOn(origin);
  process.stderr.write(`stacyvm: ${message}${details}${advice === undefined ? '' : `; ${advice}`}\n`);
  if (error instanceof CommandFailure) return error.exitCode;
  if (isApiError(error) && error.kind === 'invalid') return 2;
  return error instanceof Error && error.name === 'YError' ? 2 : 1;
}

async function adviceOn(error: unknown): Promise<string | undefined> {
  if (!isApiError(error)) return undefined;
  const { refusalAdvice, silenceAdvice } = await import('./call-advice.js');
  if (error.kind !== 'unreachable') return refusalAdvice(error.reason);
  const { connectionAdvice } = await import('./tls/connection-advice.js');
  return connectionAdvice(error) ?? silenceAdvice(error);
}

/** By name: the class would bring the client of the API along, which commands without one would wait for. */
function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}
