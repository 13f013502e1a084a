import type { AuditSink } from '../audit-log.js';
import { createFileSink } from './file-sink.js';
import type { SinkBacklog } from './line-queue.js';
import { createSyslogSink, type SyslogAddress } from './syslog-sink.js';

/** A sink that holds something open. */
export interface OpenSink extends AuditSink {
  close(): Promise<void>;
  readonly backlog: () => SinkBacklog;
}

const SYSLOG_PORT = 514;

/**
 * The sinks of `audit.sinks`: `file:/path`, `syslog+udp://host:514`, `syslog+tcp://host:514` or `syslog+unix:/path`.
 *
 * @throws Error that names the setting and what can be written
 */
export function openSinks(names: readonly string[], syncFiles: boolean): readonly OpenSink[] {
  return names.map((name) => {
    const path = /^file:(\/.+)$/.exec(name)?.[1];
    if (path !== undefined) return createFileSink(path, syncFiles);
    const address = syslogAddress(name);
    if (address !== undefined) return createSyslogSink(name, address);
    throw new Error(
      `audit.sinks: "${name}" must be file:/path, syslog+udp://host:514, syslog+tcp://host:514 or syslog+unix:/path`,
    );
  });
}

function syslogAddress(name: string): SyslogAddress | undefined {
  const path = /^syslog\+unix:(\/.+)$/.exec(name)?.[1];
  if (path !== undefined) return { transport: 'unix', path };
  const [, transport, host, bracketed, port] =
    /^syslog\+(udp|tcp):\/\/(?:([A-Za-z0-9.-]+)|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/.exec(name) ?? [];
  const number = Number(port ?? SYSLOG_PORT);
  const server = host ?? bracketed;
  if (transport === undefined || server === undefined || number < 1 || number > 65_535) return undefined;
  return { transport: transport === 'udp' ? 'udp' : 'tcp', host: server, port: number };
}
