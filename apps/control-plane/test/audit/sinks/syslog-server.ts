import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { AuditRecord } from '@stacyvm/audit';

/** Reads counted messages, as a syslog server does, and keeps them. */
export interface SyslogServer {
  readonly port: number;
  /** Whole messages, in the order in which they came. */
  readonly messages: readonly string[];
  readonly records: readonly AuditRecord[];
  connections(): readonly Socket[];
  /** How many connections there were. */
  accepted(): number;
  /** Reads no more until told. */
  pause(): void;
  /** Ends what is open and listens no more. */
  leave(): Promise<void>;
  /** Listens again where it did. */
  comeBack(): Promise<void>;
}

export interface SyslogServerOptions {
  readonly tls?: TlsOptions;
  readonly listenOn?: string;
}

export async function startSyslogServer({ tls, listenOn }: SyslogServerOptions = {}): Promise<SyslogServer> {
  const messages: string[] = [];
  const records: AuditRecord[] = [];
  const open = new Set<Socket>();
  let accepted = 0;
  let isPaused = false;
  let server: Server;
  let port = 0;

  function accept(socket: Socket | TLSSocket): void {
    accepted += 1;
    open.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const space = rest.indexOf(' ');
        const size = Number(rest.subarray(0, Math.max(space, 0)).toString());
        if (space < 1 || rest.length < space + 1 + size) return;
        const message = rest.subarray(space + 1, space + 1 + size).toString();
        messages.push(message);
        records.push(JSON.parse(message.split('\uFEFF')[1]!) as AuditRecord);
        rest = rest.subarray(space + 1 + size);
      }
    });
    if (isPaused) socket.pause();
  }

  async function listen(): Promise<void> {
    server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
    server.on('tlsClientError', () => {});
    if (listenOn === undefined) server.listen(port, '127.0.0.1');
    else server.listen(listenOn);
    await once(server, 'listening');
    if (listenOn === undefined) port = (server.address() as AddressInfo).port;
  }
  await listen();

  return {
    port,
    messages,
    records,
    connections: () => [...open],
    accepted: () => accepted,
    pause() {
      isPaused = true;
      for (const socket of open) socket.pause();
    },
    async leave() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    async comeBack() {
      isPaused = false;
      await listen();
    },
  };
}
