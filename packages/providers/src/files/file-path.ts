import { posix } from 'node:path';
import { ProviderError } from '../errors.js';
import { WORKSPACE } from '../exec-request.js';

/** The kernel's PATH_MAX, without the closing NUL. */
const MAX_PATH_BYTES = 4095;
const MODE = /^0?[0-7]{3,4}$/;
const DEFAULT_MODE = '0644';

/** An absolute path without `.` and `..`. @throws ProviderError `invalid_request` */
export function absolutePath(path: string): string {
  requirePath('path', path);
  return posix.resolve(WORKSPACE, path);
}

/** A pattern that begins at the root, otherwise as it is. @throws ProviderError `invalid_request` */
export function absolutePattern(pattern: string): string {
  requirePath('pattern', pattern);
  return pattern.startsWith('/') ? pattern : `${WORKSPACE}/${pattern}`;
}

/** @throws ProviderError `invalid_request` */
export function permissionBits(mode: string | undefined): string {
  const text = mode === undefined || mode === '' ? DEFAULT_MODE : mode;
  if (MODE.test(text)) return text;
  throw new ProviderError('invalid_request', 'mode must be permission bits in octal, such as 0644');
}

/** A path that may be deleted or moved away. @throws ProviderError `invalid_request` for the root and the workspace themselves */
export function removablePath(path: string): string {
  const absolute = absolutePath(path);
  if (absolute !== '/' && absolute !== WORKSPACE) return absolute;
  throw new ProviderError('invalid_request', `${absolute} itself can be neither deleted nor moved`);
}

function requirePath(name: string, text: string): void {
  if (text.trim() === '') throw new ProviderError('invalid_request', `${name} is required`);
  if (text.includes('\0'))
    throw new ProviderError('invalid_request', `${name} must not contain a NUL character`);
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) {
    throw new ProviderError('invalid_request', `${name} must be shorter than 4096 bytes`);
  }
}
