import pg from 'pg';
import { type ConnectionTarget, connectionOf } from './connection-pool.js';
import { databaseErrorFacts } from './database-errors.js';
import type { StoreLogger } from './logger.js';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/** Channels of Postgres, listened to over a connection of its own. */
export interface Subscription {
  /** Whether hints come in at the moment. */
  isConnected(): boolean;
  /** Ends the connection. Any number of calls. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly channels: readonly string[];
  /**
   * Told of each notification, and of every channel whenever the connection was made anew, because hints may have been
   * missed. A hint can be lost, so whoever needs to know looks from time to time as well.
   */
  readonly onHint: (channel: string) => void;
}

/** Listens until it is closed; a lost connection is made again, with growing pauses. */
export function subscribe(
  target: ConnectionTarget,
  logger: StoreLogger,
  { channels, onHint }: SubscribeOptions,
): Subscription {
  let closed = false;
  let client: pg.Client | undefined;
  let connected = false;
  let retryMs = FIRST_RETRY_MS;
  let timer: NodeJS.Timeout | undefined;
  let connecting: Promise<void> = Promise.resolve();

  const lost = (gone: pg.Client, error: unknown): void => {
    if (client !== gone) return;
    client = undefined;
    connected = false;
    void gone.end().catch(() => undefined);
    if (closed) return;
    logger.debug('hints of the database do not come in; polling goes on', {
      reason: databaseErrorFacts(error).message,
      retry_ms: retryMs,
    });
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  };

  const listen = async (fresh: pg.Client): Promise<void> => {
    try {
      await connectUnlessEnded(fresh);
      for (const channel of channels) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      lost(fresh, error);
      return;
    }
    if (client !== fresh) return;
    connected = true;
    retryMs = FIRST_RETRY_MS;
    for (const channel of channels) onHint(channel);
  };

  function connect(): void {
    const fresh = connectionOf(target);
    client = fresh;
    fresh.on('error', (error) => lost(fresh, error));
    fresh.on('end', () => lost(fresh, new Error('the connection ended')));
    fresh.on('notification', ({ channel }) => onHint(channel));
    connecting = listen(fresh);
  }
  connect();

  return {
    isConnected: () => connected,
    async close() {
      closed = true;
      clearTimeout(timer);
      const current = client;
      client = undefined;
      connected = false;
      await current?.end().catch(() => undefined);
      await connecting;
    },
  };
}

/** A client that is ended while it connects leaves its own promise pending for ever. */
function connectUnlessEnded(client: pg.Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('end', () => reject(new Error('the connection ended')));
    client.connect().then(() => resolve(), reject);
  });
}
