import { isIPv4 } from 'node:net';
import { ProviderError } from '../errors.js';

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** Where the engine listens: a Unix socket, or what dockerode reads from DOCKER_HOST and DOCKER_TLS_VERIFY. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly url: string };

/**
 * @param socket a path, or empty for DOCKER_HOST, and without that for /var/run/docker.sock
 * @throws ProviderError `unavailable` for an address that would carry root's power over the engine in the clear
 */
export function engineAddress(
  socket: string,
  env: Readonly<Record<string, string | undefined>>,
): EngineAddress {
  const text = socket === '' ? (env['DOCKER_HOST'] ?? '') : socket;
  if (text === '') return { kind: 'socket', path: DEFAULT_SOCKET };
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) };
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  if (socket === '' && text.startsWith('tcp://')) {
    const { hostname, port } = parseUrl(text);
    const encrypted = env['DOCKER_TLS_VERIFY'] === '1' || port === '2376';
    if (encrypted || isLoopback(hostname)) return { kind: 'tcp', url: text };
    throw unusable(
      'DOCKER_HOST names a remote engine without TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH',
    );
  }
  throw unusable('the engine is reached by the path of a Unix socket, or by DOCKER_HOST (unix:// or tcp://)');
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw unusable('DOCKER_HOST is no address', cause);
  }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function unusable(message: string, cause?: unknown): ProviderError {
  return new ProviderError('unavailable', message, { cause });
}
