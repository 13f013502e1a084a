import { readFileSync } from 'node:fs';
import type { DropArgument, Server } from 'node:net';
import { type RpcLogger, silentLogger } from './logger.js';

export interface ConnectionLimitOptions {
  /** Connections at most, by default 4096; never more than half of the files that the process may have open. */
  readonly most?: number | undefined;
  readonly logger?: RpcLogger | undefined;
}

const DEFAULT_MOST = 4096;
const WARNING_INTERVAL_MS = 60_000;

/**
 * Bounds the connections of a server. Whoever reaches its port can open them without a credential, and each takes a descriptor of those
 * that the programs and files of sandboxes, the database and the calls of others need. What is beyond is closed at once, and logged once
 * in a minute.
 */
export function limitConnections(server: Server, options: ConnectionLimitOptions = {}): void {
  const { most = DEFAULT_MOST, logger = silentLogger } = options;
  server.maxConnections = Math.min(most, Math.floor(openFileLimit() / 2));
  let dropped = 0;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  server.on('drop', (connection?: DropArgument) => {
    dropped += 1;
    const nowMs = performance.now();
    if (nowMs - warnedAtMs < WARNING_INTERVAL_MS) return;
    warnedAtMs = nowMs;
    const { maxConnections: limit } = server;
    logger.warn('connections refused: too many are open', {
      dropped,
      limit,
      remoteAddress: connection?.remoteAddress,
    });
  });
}

/** Node raises the soft limit to the hard one when it starts. */
function openFileLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
