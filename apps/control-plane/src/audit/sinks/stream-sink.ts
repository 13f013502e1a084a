import type { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditSink } from './audit-sink.js';
import { syslogMessage } from './syslog-message.js';

/** How a stream to a syslog server is opened. */
export interface StreamDialer {
  readonly kind: 'syslog+tcp' | 'syslog+tls' | 'syslog+unix';
  /** Begins to connect. */
  dial(): Socket;
  /** What is emitted when records may be sent. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** Whether a connection that is open must be made anew, because what it was made with has changed. */
  isOutdated?(): boolean;
}

export interface StreamSinkOptions {
  /**
   * Milliseconds that a connection must outlive what was sent by it, before that counts as arrived. Syslog has no answer:
   * that nobody reads any more is only told by the end of the connection.
   */
  readonly settleMs?: number;
  /** Milliseconds for a connection to be made, and for a write that does not get on. */
  readonly answerTimeoutMs?: number;
}

const SETTLE_MS = 500;
const ANSWER_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;

/** A connection, and why it is of no use any more. */
interface Connection {
  readonly socket: Socket;
  readonly ended: AbortSignal;
}

/** Sends records as counted octets of a stream (RFC 5425 section 4.3, RFC 6587 section 3.4.1). */
export function createStreamSink(
  name: string,
  dialer: StreamDialer,
  { settleMs = SETTLE_MS, answerTimeoutMs = ANSWER_TIMEOUT_MS }: StreamSinkOptions = {},
): AuditSink {
  let connection: Connection | undefined;
  /** When something was last sent by the connection that has not settled. */
  let unsettledSince: number | undefined;
  /** What is waited for: a connection that is being made, or one that is being written to. */
  let awaited: Socket | undefined;

  /** What has not settled must not be forgotten with the connection that it was sent by. */
  async function current(): Promise<Connection> {
    if (connection !== undefined && (connection.ended.aborted || dialer.isOutdated?.() === true)) {
      await settle();
      close();
    }
    if (connection === undefined) {
      const socket = dialer.dial();
      connection = await awaiting(socket, connected(socket, dialer.readyEvent, answerTimeoutMs));
    }
    return connection;
  }

  async function awaiting<T>(socket: Socket, work: Promise<T>): Promise<T> {
    awaited = socket;
    try {
      return await work;
    } finally {
      awaited = undefined;
    }
  }

  function close(): void {
    connection?.socket.destroySoon();
    connection = undefined;
    unsettledSince = undefined;
  }

  async function settle(): Promise<void> {
    if (connection === undefined || unsettledSince === undefined) return;
    const { ended } = connection;
    const leftMs = unsettledSince + settleMs - performance.now();
    if (leftMs > 0) await delay(leftMs, undefined, { signal: ended }).catch(() => undefined);
    // A process that stood still for so long has not been told yet that the connection ended meanwhile.
    await nextTurn();
    if (ended.aborted) {
      close();
      throw ended.reason;
    }
    unsettledSince = undefined;
  }

  return {
    name,
    kind: dialer.kind,
    identity: async () => name,
    async send(records) {
      const { socket, ended } = await current();
      const text = records
        .map(syslogMessage)
        .map((message) => `${Buffer.byteLength(message)} ${message}`)
        .join('');
      try {
        await awaiting(socket, written(socket, text, ended, answerTimeoutMs));
        unsettledSince = performance.now();
      } catch (error) {
        socket.destroy();
        close();
        throw error;
      }
    },
    settle,
    async close() {
      awaited?.destroy();
      close();
    },
  };
}

async function connected(
  socket: Socket,
  readyEvent: StreamDialer['readyEvent'],
  timeoutMs: number,
): Promise<Connection> {
  const gone = new AbortController();
  const giveUp = setTimeout(() => socket.destroy(new Error('no answer')), timeoutMs);
  socket.on('error', (error) => gone.abort(error));
  // Nothing is expected from a syslog server; unread, its end would not be noticed.
  socket.resume();
  for (const event of ['end', 'close'])
    socket.on(event, () => gone.abort(new Error('the server ended the connection')));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(readyEvent, () => resolve());
      gone.signal.addEventListener('abort', () => reject(gone.signal.reason), { once: true });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(giveUp);
  }
  socket.setKeepAlive(true, KEEP_ALIVE_MS).unref();
  return { socket, ended: gone.signal };
}

/** Resolves when the system has all of it; how long that takes is up to the reader, as long as it reads. */
async function written(socket: Socket, text: string, ended: AbortSignal, timeoutMs: number): Promise<void> {
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const onEnd = (): void => reject(ended.reason);
      const onTimeout = (): void => reject(new Error('no answer'));
      if (ended.aborted) onEnd();
      ended.addEventListener('abort', onEnd, { once: true });
      socket.setTimeout(timeoutMs, onTimeout);
      stop = () => {
        ended.removeEventListener('abort', onEnd);
        socket.setTimeout(0);
        socket.removeListener('timeout', onTimeout);
      };
      socket.write(text, (error) => (error == null ? resolve() : reject(error)));
    });
  } finally {
    stop();
  }
}
