import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { parseBaseUrl } from './base-url.js';
import { WorkerRpcError } from './errors.js';

export interface RpcUrlPolicyOptions {
  /**
   * Host names, `*.suffix` for every name below a suffix, IP addresses, and networks such as `10.0.0.0/8`. Empty: any. Addresses where
   * no worker is, such as those of the metadata of clouds (169.254.169.254), are allowed only if they are listed.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** `http` and `https`; empty: both. */
  readonly allowedSchemes?: readonly string[] | undefined;
  /** Workers are called by TLS alone, whatever the schemes say. */
  readonly requireTls?: boolean | undefined;
  /** Tells the addresses of a name, by default as the system does. */
  readonly addressesOf?: AddressesOf | undefined;
}

/** Calls back with every address of a host name, as `dns.lookup` of Node does with `all`. */
export type AddressesOf = (
  hostname: string,
  options: Parameters<LookupFunction>[1] & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Where workers may be called: a credential and whatever a sandbox is started with are sent there. */
export interface RpcUrlPolicy {
  /**
   * Why a worker must not be called at a URL; undefined when it may be, as far as that can be said without asking for
   * the address of the host.
   */
  problemOf(rpcUrl: string): string | undefined;
  /**
   * For a host name: finds those of its addresses that may be called, and fails with the code `RPC_URL_NOT_ALLOWED` when there is
   * none. Those are the listed ones, or any but where no worker is when the name itself is listed or nothing is. Undefined for an
   * address.
   */
  lookupFor(rpcUrl: string): LookupFunction | undefined;
}

export const RPC_URL_NOT_ALLOWED = 'RPC_URL_NOT_ALLOWED';

/** "This" host, link-local, multicast and reserved addresses (RFC 6890): a worker that says so means another one than itself. */
const NO_WORKERS: ReadonlyArray<readonly [network: string, bits: number, family: 'ipv4' | 'ipv6']> = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];
const noWorkers = new BlockList();
for (const network of NO_WORKERS) noWorkers.addSubnet(...network);

/** @throws WorkerRpcError `invalid_configuration` for an entry that is none */
export function createRpcUrlPolicy(options: RpcUrlPolicyOptions): RpcUrlPolicy {
  const { allowedHosts = [], allowedSchemes = [], requireTls = false, addressesOf = lookup } = options;
  const names = new Set<string>();
  const suffixes: string[] = [];
  const addresses = new BlockList();
  let listsAddresses = false;
  for (const scheme of allowedSchemes)
    if (scheme !== 'http' && scheme !== 'https') throw unusable('allowed_schemes', scheme);
  for (const entry of allowedHosts) {
    if (addAddress(addresses, entry)) listsAddresses = true;
    else if (entry.startsWith('*.')) suffixes.push(`.${hostName(entry.slice(2), entry)}`);
    else names.add(hostName(entry, entry));
  }

  const isNamed = (host: string): boolean =>
    names.has(host) || suffixes.some((suffix) => host.endsWith(suffix) && host.length > suffix.length);

  const isListed = (address: string): boolean => contains(addresses, address);

  return {
    problemOf(rpcUrl) {
      const { protocol, host } = partsOf(rpcUrl) ?? {};
      if (protocol === undefined || host === undefined)
        return 'rpc_url is not http://host:port or https://host:port';
      if (requireTls && protocol !== 'https') return 'worker.rpc_tls is on, and rpc_url is not https';
      if (allowedSchemes.length > 0 && !allowedSchemes.includes(protocol))
        return `the scheme ${protocol} of rpc_url is not in worker_rpc.allowed_schemes`;
      const isAddress = isIP(host) !== 0;
      if (isAddress && !isListed(host) && contains(noWorkers, host))
        return `the host ${host} of rpc_url is no place for a worker; list it in worker_rpc.allowed_hosts if it is`;
      if (allowedHosts.length === 0) return undefined;
      const allowed = isAddress ? isListed(host) : isNamed(host) || listsAddresses;
      return allowed ? undefined : `the host ${host} of rpc_url is not in worker_rpc.allowed_hosts`;
    },
    lookupFor(rpcUrl) {
      const { host = '' } = partsOf(rpcUrl) ?? {};
      if (isIP(host) !== 0) return undefined;
      const byName = allowedHosts.length === 0 || isNamed(host);
      const isAllowed = (address: string): boolean =>
        isListed(address) || (byName && !contains(noWorkers, address));
      return restrictedLookup(addressesOf, isAllowed);
    },
  };
}

function partsOf(rpcUrl: string): { readonly protocol: string; readonly host: string } | undefined {
  const baseUrl = parseBaseUrl(rpcUrl);
  if (baseUrl === undefined) return undefined;
  const { protocol, hostname } = new URL(baseUrl);
  // `host.` is `host`, and the brackets are the URL's.
  return {
    protocol: protocol.slice(0, -1),
    host: hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''),
  };
}

function addAddress(list: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const longest = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (bits > longest) throw unusable('allowed_hosts', entry);
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
  return true;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function hostName(text: string, entry: string): string {
  // The conversion takes a whole URL apart, of which only the host is left.
  const name = /[\s/\\:@?#%]/.test(text) ? '' : domainToASCII(text).replace(/\.$/, '');
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)) throw unusable('allowed_hosts', entry);
  return name;
}

function unusable(setting: string, entry: string): WorkerRpcError {
  return new WorkerRpcError(
    'invalid_configuration',
    `worker_rpc.${setting} has an entry that is none: ${JSON.stringify(entry)}`,
    { outcome: 'not_executed' },
  );
}

/** What is checked is what is connected to: there is no second look-up in between. */
function restrictedLookup(addressesOf: AddressesOf, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    addressesOf(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const addresses = found.filter(({ address }) => isAllowed(address));
      const [first] = addresses;
      if (first === undefined) {
        const refused = new Error(`no address of ${hostname} may be called; see worker_rpc.allowed_hosts`);
        callback(Object.assign(refused, { code: RPC_URL_NOT_ALLOWED }), []);
      } else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
