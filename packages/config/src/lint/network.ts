import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a host is this machine alone: `localhost`, names below it, and the loopback addresses. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host);
  const family = isIP(bare);
  if (family === 0) return bare === 'localhost' || bare.endsWith('.localhost');
  return LOOPBACK.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether an address stands for every interface. */
export function isWildcard(host: string): boolean {
  const bare = bareHost(host);
  return bare === '' || bare === '*' || bare === '0.0.0.0' || (isIP(bare) === 6 && /^[0:]+$/.test(bare));
}

/** The host of `host:port`, `[::]:port` or `:port`. */
export function hostOf(listenAddress: string): string {
  return listenAddress.trim().replace(/:\d*$/, '');
}

/** The host of a URL; undefined when it is none. */
export function urlHost(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).hostname : undefined;
}

function bareHost(host: string): string {
  return host.trim().toLowerCase().replace(/^\[/, '').replace(/\]$/, '').replace(/\.$/, '');
}
