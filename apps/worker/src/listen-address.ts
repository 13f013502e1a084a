import type { AddressInfo } from 'node:net';

/** `worker.listen_addr` is not `host:port`. */
export class ListenAddressError extends Error {
  override readonly name = 'ListenAddressError';
}

/** Splits `host:port`; an IPv6 host stands in brackets, and no host means every interface. */
export function parseListenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new ListenAddressError(
      `worker.listen_addr must be host:port, such as 127.0.0.1:7430; it is ${JSON.stringify(text)}`,
    );
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

/** The URL of a listening server; for one on every interface, the host is this machine's name. */
export function urlOf(
  { address, family, port }: AddressInfo,
  hostname: string,
  scheme: 'http' | 'https' = 'http',
): string {
  const unspecified = address === '0.0.0.0' || address === '::';
  const host = unspecified ? hostname : family === 'IPv6' ? `[${address}]` : address;
  return `${scheme}://${host}:${port}`;
}
