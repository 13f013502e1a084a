import { createSocket } from 'node:dgram';
import { createConnection, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { type AuditRecord, exportLine } from '@stacyvm/audit';
import { createLineQueue } from './line-queue.js';
import type { OpenSink } from './open-sinks.js';

/** Where a syslog server listens. */
export type SyslogAddress =
  | { readonly transport: 'udp' | 'tcp'; readonly host: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string };

/** `log audit`. */
const FACILITY = 13;
const INFORMATIONAL = 6;
const WARNING = 4;
const ANSWER_TIMEOUT_MS = 5_000;

/** One record as a message of RFC 5424. */
function syslogMessage(record: AuditRecord, host: string, processId: number): string {
  const severity = record.outcome === 'success' || record.outcome === '' ? INFORMATIONAL : WARNING;
  const id = record.category.slice(0, 32);
  return `<${FACILITY * 8 + severity}>1 ${record.at} ${host} stacyvm ${processId} ${id} - \uFEFF${exportLine(record)}`;
}

/** Sends each record to a syslog server: one datagram each, or counted octets in a stream (RFC 6587). */
export function createSyslogSink(name: string, address: SyslogAddress): OpenSink {
  const host =
    hostname()
      .replaceAll(/[^!-~]/g, '')
      .slice(0, 255) || '-';
  const transport = address.transport === 'udp' ? datagrams(address.host, address.port) : stream(address);
  const queue = createLineQueue(transport.send);
  return {
    name,
    write: (record) => queue.add(syslogMessage(record, host, process.pid)),
    backlog: queue.backlog,
    close: transport.close,
  };
}

interface Transport {
  send(messages: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

function datagrams(host: string, port: number): Transport {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // What comes back, such as that nobody listens, is heard of by nobody: that is what datagrams are.
  socket.on('error', () => {}).unref();
  return {
    async send(messages) {
      for (const message of messages) {
        await new Promise<void>((resolve, reject) => {
          socket.send(Buffer.from(message), port, host, (error) =>
            error === null ? resolve() : reject(error),
          );
        });
      }
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function stream(address: Exclude<SyslogAddress, { transport: 'udp' }>): Transport {
  let socket: Socket | undefined;

  function connected(): Promise<Socket> {
    if (socket?.writable) return Promise.resolve(socket);
    socket?.destroy();
    const made =
      address.transport === 'unix'
        ? createConnection(address.path)
        : createConnection(address.port, address.host);
    socket = made;
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => made.destroy(new Error('no answer')), ANSWER_TIMEOUT_MS);
      made.once('connect', () => {
        clearTimeout(giveUp);
        // A server that goes away while nothing is sent is noticed by the next message.
        made.on('error', () => {}).unref();
        resolve(made);
      });
      made.once('error', (error) => {
        clearTimeout(giveUp);
        reject(error);
      });
    });
  }

  return {
    async send(messages) {
      const open = await connected();
      const text = messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('');
      await new Promise<void>((resolve, reject) => {
        const giveUp = setTimeout(() => open.destroy(new Error('no answer')), ANSWER_TIMEOUT_MS);
        open.write(text, (error) => {
          clearTimeout(giveUp);
          if (error == null) resolve();
          else reject(error);
        });
      });
    },
    async close() {
      socket?.destroy();
    },
  };
}
