import { type AuditSinkAddress, parseAuditSink } from '@stacyvm/config';
import type { AuditSink } from './audit-sink.js';
import { createDatagramSink } from './datagram-sink.js';
import { createFileSink } from './file-sink.js';
import { type SyslogTls, tcpDialer, tlsDialer, unixDialer } from './stream-dialers.js';
import { createStreamSink, type StreamSinkOptions } from './stream-sink.js';

export interface OpenSinksOptions {
  /** Whether a record is in a file only when the disk has it. */
  readonly syncFiles: boolean;
  /** What syslog servers are spoken to with by TLS; needed when one of the sinks is. */
  readonly syslogTls?: SyslogTls | undefined;
  readonly streams?: StreamSinkOptions;
}

/** The sinks of `audit.sinks`, each once. @throws Error that names the setting */
export function openSinks(names: readonly string[], options: OpenSinksOptions): readonly AuditSink[] {
  return [...new Set(names)].map((name) => {
    const address = parseAuditSink(name);
    if (address === undefined) throw new Error(`audit.sinks: "${name}" is no sink`);
    return sinkAt(name, address, options);
  });
}

function sinkAt(
  name: string,
  address: AuditSinkAddress,
  { syncFiles, syslogTls, streams }: OpenSinksOptions,
): AuditSink {
  switch (address.kind) {
    case 'file':
      return createFileSink(address.path, syncFiles);
    case 'syslog+unix':
      return createStreamSink(name, unixDialer(address.path), streams);
    case 'syslog+udp':
      return createDatagramSink(name, address);
    case 'syslog+tcp':
      return createStreamSink(name, tcpDialer(address), streams);
    case 'syslog+tls':
      if (syslogTls === undefined) throw new Error(`audit.sinks: "${name}" needs TLS credentials`);
      return createStreamSink(name, tlsDialer(address, syslogTls), streams);
  }
}
