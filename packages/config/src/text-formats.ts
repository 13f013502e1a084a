import { isIP } from 'node:net';
import { parseAuditSink } from './audit-sink.js';
import type { TextFormat } from './settings/definition.js';

interface TextFormatRule {
  /** What it must be, for messages and the reference. */
  readonly demand: string;
  readonly matches: (text: string) => boolean;
}

/** The formats of texts. An empty text stands for a setting that is left out; the schema says where that may be. */
export const TEXT_FORMATS: Readonly<Record<TextFormat, TextFormatRule>> = {
  http_url: {
    demand: 'a URL such as https://control-plane.example.com:7423, without user, query and fragment',
    matches: isHttpUrl,
  },
  origin: {
    demand: 'an origin such as https://console.example.com (scheme, host and port, without a path), or *',
    matches: isOrigin,
  },
  listen_address: {
    demand: 'an address and port such as 127.0.0.1:7430, [::1]:7430 or :7430',
    matches: isListenAddress,
  },
  host_pattern: {
    demand: 'a host name, *. and a suffix, an address, or a network such as 10.0.0.0/8',
    matches: (text) => isAddressRange(text) || isHostName(text.startsWith('*.') ? text.slice(2) : text),
  },
  address_range: {
    demand: 'an address such as 10.0.0.7, or a network such as 10.0.0.0/8',
    matches: isAddressRange,
  },
  memory_size: {
    demand: 'a size in bytes such as 512m, 2g or 1048576',
    matches: (text) => /^[1-9]\d{0,15}([bkmg]b?)?$/i.test(text),
  },
  cpu_count: {
    demand: 'a number of CPUs such as 0.5 or 2',
    matches: (text) => /^(\d{1,4}(\.\d{0,9})?|\.\d{1,9})$/.test(text) && Number(text) > 0,
  },
  audit_sink: {
    demand:
      'file:/path, syslog+tls://host:6514, syslog+tcp://host:514, syslog+udp://host:514 or syslog+unix:/path',
    matches: (text) => parseAuditSink(text) !== undefined,
  },
};

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^/\s]/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !/[?#\s]/.test(text)
  );
}

function isOrigin(text: string): boolean {
  if (text === '*') return true;
  return /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(text) && URL.canParse(text);
}

function isListenAddress(text: string): boolean {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return false;
  if (host === '') return true;
  const [, bracketed] = /^\[(.*)\]$/.exec(host) ?? [];
  return bracketed === undefined ? isIP(host) === 4 || isHostName(host) : isIP(bracketed) === 6;
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** RFC 1123, and underscores, which Compose services have. What looks like an address must be one. */
function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i.test(text) &&
    !/^[\d.]+$/.test(text)
  );
}
