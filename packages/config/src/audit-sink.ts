/** Where one of `audit.sinks` is. */
export type AuditSinkAddress =
  | { readonly kind: 'file' | 'syslog+unix'; readonly path: string }
  | {
      readonly kind: 'syslog+udp' | 'syslog+tcp' | 'syslog+tls';
      /** A name or an address, without brackets. */
      readonly host: string;
      readonly port: number;
    };

/** Of RFC 5426 and by custom for TCP; of RFC 5425. */
const PORTS = { udp: 514, tcp: 514, tls: 6514 };

/** @returns undefined when it is none */
export function parseAuditSink(text: string): AuditSinkAddress | undefined {
  const [, local, path] = /^(file|syslog\+unix):(\/.+)$/.exec(text) ?? [];
  if (path !== undefined) return { kind: local === 'file' ? 'file' : 'syslog+unix', path };
  const [, transport, name, address, digits] =
    /^syslog\+(udp|tcp|tls):\/\/(?:([A-Za-z0-9.-]+)|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = name ?? address;
  if (transport === undefined || host === undefined) return undefined;
  const known = transport as keyof typeof PORTS;
  const port = digits === undefined ? PORTS[known] : Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  return { kind: `syslog+${known}`, host, port };
}
