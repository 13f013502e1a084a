import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Settings } from '@stacyvm/config';
import type { ReloadedPart } from '../settings-reload.js';

/** Of a request: what tells where it comes from. */
export type Addressed = Pick<IncomingMessage, 'headers'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

/** Where requests come from, by `server.trusted_proxies`. */
export interface ClientAddresses extends ReloadedPart {
  /**
   * The address of the socket; if that is a trusted proxy, the last address of `X-Forwarded-For` that is none. What
   * stands further left was written by somebody who is not trusted. Empty when the socket is gone.
   */
  readonly of: (request: Addressed) => string;
}

/** @throws Error when `server.trusted_proxies` names what is no address and no network */
export function createClientAddresses(settings: Settings): ClientAddresses {
  let trusted = trustedProxies(settings);
  return {
    of({ headers, socket }) {
      let client = addressIn(socket.remoteAddress ?? '');
      if (client === undefined) return '';
      for (const hop of hopsOf(headers['x-forwarded-for'])) {
        if (!trusted.check(client, familyOf(client))) break;
        const before = addressIn(hop);
        if (before === undefined) break;
        client = before;
      }
      return client;
    },
    prepare(next) {
      const others = trustedProxies(next);
      return () => {
        trusted = others;
      };
    },
  };
}

/** What counts as one place on the network: an IPv4 address, or the /64 that a host with IPv6 has for itself. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(8 - left.length - right.length, 0);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** An IPv4 address at the end stands for two groups, which are beyond the first four. */
function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

function trustedProxies(settings: Settings): BlockList {
  const list = new BlockList();
  for (const text of settings['server.trusted_proxies']) {
    const [host = '', prefix] = text.split('/');
    const address = addressIn(host);
    const bits = prefix === undefined ? undefined : Number(prefix);
    const most = address !== undefined && isIP(address) === 4 ? 32 : 128;
    if (
      address === undefined ||
      (bits !== undefined && (prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > most))
    )
      throw new Error(`server.trusted_proxies: "${text}" is no address and no network such as 10.0.0.0/8`);
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, bits, familyOf(address));
  }
  return list;
}

/** The nearest hop first. Without any, nobody is looked up among the proxies, which takes its time. */
function hopsOf(forwardedFor: string | readonly string[] | undefined): readonly string[] {
  return forwardedFor === undefined ? [] : String(forwardedFor).split(',').reverse();
}

/** The address in a text such as `10.0.0.7`, `10.0.0.7:51000` or `[2001:db8::7]:51000`, without its port and zone. */
function addressIn(text: string): string | undefined {
  const trimmed = text.trim();
  const [, bracketed, dotted] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(trimmed) ?? [];
  const address = (bracketed ?? dotted ?? trimmed).replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(address) === 0 ? undefined : address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
