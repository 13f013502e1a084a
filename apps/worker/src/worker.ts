import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { SandboxProvider } from '@stacyvm/providers';
import { isWorkerId } from '@stacyvm/token';
import {
  createControlPlaneClient,
  createRpcRequestListener,
  createRpcServer,
  type Heartbeat,
} from '@stacyvm/worker-rpc';
import { incomingAuthenticator, outgoingCredentials, WorkerCredentialError } from './credentials.js';
import { type HeartbeatLoop, startHeartbeatLoop } from './heartbeat-loop.js';
import { Holdings } from './holdings.js';
import { parseListenAddress, urlOf } from './listen-address.js';
import { createRpcMethods } from './rpc-methods.js';
import { openProviders } from './sandbox-providers.js';

/** A running worker. */
export interface Worker {
  readonly id: string;
  /** Where the control plane calls it. */
  readonly rpcUrl: string;
  /** Resolves when the control plane has accepted the first heartbeat. */
  readonly registered: Promise<void>;
  /**
   * Takes nothing new, tells so, lets running programs end within the limit, then ends its sandboxes with them.
   * Resolves when nothing is left. Any number of calls.
   */
  stop(): Promise<void>;
}

const LAST_HEARTBEAT_TIMEOUT_MS = 2_000;
/** The control plane keeps connections; each is closed when its last call has ended. */
const IDLE_CONNECTION_CHECK_MS = 50;

/**
 * Starts a worker: providers, RPC server, heartbeats, in this order, so that it announces only what works.
 *
 * @throws WorkerCredentialError, ListenAddressError, NoProviderError, or what the port and state directory refuse
 */
export async function startWorker(settings: Settings, logger: Logger): Promise<Worker> {
  const id = settings['worker.id'] || hostname();
  if (!isWorkerId(id))
    throw new WorkerCredentialError(
      `worker.id ${JSON.stringify(id)} is not a worker id; use letters, digits, . _ -`,
    );
  const listen = parseListenAddress(settings['worker.listen_addr']);
  const authenticate = incomingAuthenticator(settings, id);
  const client = createControlPlaneClient({
    baseUrl: settings['worker.control_plane_url'],
    workerId: id,
    credentials: outgoingCredentials(settings, id),
  });
  const providers = await openProviders(settings, logger);
  const holdings = new Holdings(logger);
  const instanceId = randomUUID();
  let ending = false;
  let drainAsked = false;
  const isDraining = (): boolean => ending || drainAsked;

  const listener = createRpcRequestListener({
    workerId: id,
    authenticate,
    methods: createRpcMethods({
      holdings,
      providers,
      defaultProvider: settings['providers.default'],
      defaults: { memoryMb: settings['defaults.memory_mb'], vcpus: settings['defaults.vcpus'] },
      maxSandboxes: settings['worker.max_sandboxes'],
      isDraining,
      drain: () => {
        ending = true;
      },
    }),
    logger,
  });
  const server = createRpcServer(listener);
  try {
    await listenOn(server, listen);
  } catch (error) {
    await closeAll(providers);
    throw error;
  }
  const rpcUrl = settings['worker.advertise_url'] || urlOf(server.address() as AddressInfo, hostname());
  logger.info('worker listens', { worker_id: id, rpc_url: rpcUrl });

  const heartbeat = (): Heartbeat => ({
    hostname: hostname(),
    status: isDraining() ? 'draining' : 'online',
    providers: [...providers.keys()],
    capabilities: [
      'remote_worker',
      'heartbeat',
      ...new Set([...providers.values()].flatMap((provider) => provider.capabilities())),
    ],
    capacity: { max_sandboxes: settings['worker.max_sandboxes'], rpc_url: rpcUrl },
    instanceId,
    sandboxes: holdings.list(),
  });
  const loop: HeartbeatLoop = startHeartbeatLoop({
    send: (signal) => client.heartbeat(heartbeat(), { signal }),
    onReply: async (reply) => {
      if (reply.drain !== drainAsked) {
        drainAsked = reply.drain;
        logger.info(drainAsked ? 'draining: the control plane asked for it' : 'taking sandboxes again');
      }
      await holdings.release(reply.release);
    },
    intervalMs: settings['worker.heartbeat_interval'],
    logger,
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ending = true;
    await loop.stop();
    await client
      .heartbeat(heartbeat(), { signal: AbortSignal.timeout(LAST_HEARTBEAT_TIMEOUT_MS) })
      .catch((error: unknown) => logger.debug('last heartbeat failed', { error }));
    client.close();
    await closeWithin(server, settings['worker.shutdown_timeout'], () =>
      logger.warn('programs still run after the shutdown timeout; ending them', {
        calls: listener.inFlight(),
      }),
    );
    holdings.close();
    await closeAll(providers);
  };
  return {
    id,
    rpcUrl,
    registered: loop.registered,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** @throws the first failure, after all have been closed */
async function closeAll(providers: ReadonlyMap<string, SandboxProvider>): Promise<void> {
  const results = await Promise.allSettled([...providers.values()].map((provider) => provider.close()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function listenOn(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<void> {
  server.listen(address);
  await once(server, 'listening');
}

/** Waits for the calls in flight, but not longer than `timeoutMs`: then their connections are closed. */
async function closeWithin(server: Server, timeoutMs: number, onTimeout: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const timer = setTimeout(() => {
    onTimeout();
    server.closeAllConnections();
  }, timeoutMs);
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CONNECTION_CHECK_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
