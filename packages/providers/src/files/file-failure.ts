import { ProviderError, type ProviderErrorCode } from '../errors.js';
import type { ExecExit } from '../provider.js';
import { EXIT_CODES } from './file-scripts.js';

/** What the tools of GNU and of busybox say in the locale C, at the end of their last line. */
const MESSAGES: ReadonlyArray<readonly [RegExp, ProviderErrorCode]> = [
  [
    /(no such file or directory|no such file|nonexistent directory|directory nonexistent)$/i,
    'file_not_found',
  ],
  [/(permission denied|operation not permitted|read-only file system|resource busy)$/i, 'permission_denied'],
  [/(no space left on device|quota exceeded|file too large)$/i, 'no_space'],
  [/(not a directory|file exists)$/i, 'not_a_directory'],
  [/is a directory$/i, 'is_directory'],
  [/directory not empty$/i, 'directory_not_empty'],
  [/(file ?name too long|too many levels of symbolic links|symbolic link loop)$/i, 'invalid_request'],
];

const TEXTS: Partial<Readonly<Record<ProviderErrorCode, string>>> = {
  file_not_found: 'no such file or directory',
  is_directory: 'is a directory',
  not_a_directory: 'a part of the path is not a directory',
  not_a_file: 'is not a regular file',
  directory_not_empty: 'the directory is not empty; delete it recursively',
  permission_denied: 'the sandbox may not do this',
  no_space: 'the sandbox has no space left for it',
  invalid_request: 'the path cannot be resolved: too long, or its links go round in circles',
};

/** What a script that did not succeed means to the caller; undefined when it did. */
export function fileFailure(
  path: string,
  exit: ExecExit,
  stderr: string,
  signal: AbortSignal | undefined,
): ProviderError | undefined {
  if (exit.cancelled) {
    return signal?.aborted
      ? new ProviderError('cancelled', 'the operation on a file was cancelled')
      : new ProviderError('unavailable', 'the sandbox was destroyed during an operation on a file');
  }
  const named = JSON.stringify(path.slice(0, 256));
  if (exit.timedOut) return new ProviderError('file_failed', `${named}: the sandbox took too long`);
  if (exit.oomKilled) {
    return new ProviderError('limit_exceeded', `${named}: the sandbox ran out of memory`);
  }
  if (exit.exitCode === 0) return undefined;
  if (exit.exitCode === 127) {
    const tools = 'cat, chmod, find, mkdir, mv, readlink, rm, rmdir and stat';
    return new ProviderError('unavailable', `the image lacks a program that files need: ${tools}`);
  }
  const code = codeOf(exit.exitCode, stderr);
  return new ProviderError(code, `${named}: ${TEXTS[code] ?? 'the operation failed in the sandbox'}`);
}

function codeOf(exitCode: number, stderr: string): ProviderErrorCode {
  for (const [code, status] of Object.entries(EXIT_CODES)) {
    if (status === exitCode) return code === 'changed' ? 'file_failed' : (code as ProviderErrorCode);
  }
  const lastLine = stderr.trimEnd().split('\n').at(-1) ?? '';
  return MESSAGES.find(([pattern]) => pattern.test(lastLine))?.[1] ?? 'file_failed';
}
