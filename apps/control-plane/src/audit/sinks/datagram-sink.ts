import { createSocket, type Socket } from 'node:dgram';
import type { AuditSink } from './audit-sink.js';
import { syslogMessage } from './syslog-message.js';

/** Sends one datagram for each record (RFC 5426). Nobody tells whether it arrives: it is there when it was sent. */
export function createDatagramSink(name: string, { host, port }: { host: string; port: number }): AuditSink {
  let socket: Socket | undefined;

  function current(): Socket {
    if (socket === undefined) {
      socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref();
      socket.on('error', () => {});
    }
    return socket;
  }

  return {
    name,
    kind: 'syslog+udp',
    identity: async () => name,
    async send(records) {
      const open = current();
      for (const record of records) {
        await new Promise<void>((resolve, reject) => {
          open.send(Buffer.from(syslogMessage(record)), port, host, (error) =>
            error === null ? resolve() : reject(error),
          );
        });
      }
    },
    async settle() {},
    async close() {
      const open = socket;
      socket = undefined;
      if (open !== undefined) await new Promise<void>((resolve) => open.close(resolve));
    },
  };
}
