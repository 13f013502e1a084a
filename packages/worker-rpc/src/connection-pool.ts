import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The kept connections to one peer. */
export interface ConnectionPool {
  /** What the next request is sent by. */
  agent(): HttpAgent;
  /** Closes the connections. Requests that are under way fail. */
  close(): void;
}

/** Kept connections are closed before a server would close them: see `RPC_SERVER_TIMEOUTS`. */
export const KEEP_ALIVE: AgentOptions = {
  keepAlive: true,
  keepAliveMsecs: 15_000,
  maxFreeSockets: 8,
  timeout: 30_000,
};

/** By `https:`, the peer must have a certificate of its host name by a root of Node. */
export function createConnectionPool(url: URL, options: Pick<AgentOptions, 'lookup'> = {}): ConnectionPool {
  const agent =
    url.protocol === 'https:'
      ? new HttpsAgent({ ...KEEP_ALIVE, ...options, ...VERIFIED })
      : new HttpAgent({ ...KEEP_ALIVE, ...options });
  return { agent: () => agent, close: () => agent.destroy() };
}

/** Every connection shows its certificate anew: who resumes a session is not asked for it (`maxCachedSessions`). */
export const VERIFIED = { rejectUnauthorized: true, minVersion: 'TLSv1.2', maxCachedSessions: 0 } as const;

/** A pool that is the caller's. */
export function foreignPool(agent: HttpAgent): ConnectionPool {
  return { agent: () => agent, close() {} };
}
