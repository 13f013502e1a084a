import { createServer, type Server } from 'node:http';
import type { RpcRequestListener } from './rpc-listener.js';

/**
 * Limits of a server in milliseconds. None of them cuts an answer, for an exec may take as long as it was given, or a request: the
 * listener gives envelopes a minute, and files as long as they move.
 */
export const RPC_SERVER_TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  /** How often the others are looked at: a connection that says nothing is closed after fifteen seconds at most. */
  connectionsCheckingInterval: 5_000,
} as const;

/**
 * Creates a plain HTTP server for a listener, not listening yet. `server.close()` stops accepting, closes idle
 * connections, and ends when the calls in flight have been answered.
 */
export function createRpcServer(listener: RpcRequestListener): Server {
  const server = createServer({ ...RPC_SERVER_TIMEOUTS, noDelay: true, keepAlive: true }, listener);
  // Who may not call is to be told so before a file is sent.
  server.on('checkContinue', listener);
  server.timeout = 0;
  return server;
}
