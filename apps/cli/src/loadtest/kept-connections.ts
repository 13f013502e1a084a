import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The connections of simulated workers, which are kept as those of real ones are. */
export interface KeptConnections {
  agentOf(worker: number): HttpAgent;
  close(): void;
}

export interface KeptConnectionsOptions {
  readonly server: string;
  /** In PEM; undefined: those of Node. */
  readonly authorities: string | undefined;
  /** How many all workers share at most. Undefined: each worker has one of its own. */
  readonly shared: number | undefined;
}

export function keepConnections({ server, authorities, shared }: KeptConnectionsOptions): KeptConnections {
  const { protocol } = new URL(server);
  const agents: HttpAgent[] = [];
  const createAgent = (maxSockets: number): HttpAgent =>
    new (protocol === 'https:' ? HttpsAgent : HttpAgent)({
      keepAlive: true,
      maxSockets,
      maxFreeSockets: maxSockets,
      ...(authorities === undefined ? {} : { ca: authorities }),
    });
  const agentAt = (index: number, maxSockets: number): HttpAgent => {
    agents[index] ??= createAgent(maxSockets);
    return agents[index];
  };
  return {
    agentOf: (worker) => (shared === undefined ? agentAt(worker, 1) : agentAt(0, shared)),
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}
