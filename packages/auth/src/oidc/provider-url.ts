import { AuthError } from '../errors.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads a URL that keys are fetched from: https, or http on the loopback interface of this machine.
 *
 * @param name how the message calls the URL
 * @throws AuthError `oidc_misconfigured`
 */
export function providerUrl(name: string, text: string): URL {
  const problem = problemOfUrl(text);
  if (problem !== undefined) throw new AuthError('oidc_misconfigured', `${name} ${problem}`);
  return new URL(text);
}

/** Why a URL must not be fetched from, or undefined. */
export function problemOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  const isPlainLoopback = url.protocol === 'http:' && isLoopback(url);
  if (url.protocol !== 'https:' && !isPlainLoopback) return 'must be https (http only on a loopback host)';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  return url.hash === '' ? undefined : 'must not have a fragment';
}

export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}
