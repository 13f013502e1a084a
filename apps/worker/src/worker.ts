import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { changedSettings, type Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { SandboxProvider } from '@stacyvm/providers';
import {
  type Clock,
  ControlPlaneError,
  createCallSlots,
  createControlPlaneClient,
  createRpcRequestListener,
  createRpcServer,
  createSecureRpcServer,
  type Heartbeat,
  limitConnections,
  type RevocationFeed,
} from '@stacyvm/worker-rpc';
import { capacityOf } from './capacity.js';
import { warnOfClockSkew } from './clock-skew.js';
import { identityFile, obtainEnrolledKey } from './enrolled-key.js';
import { type HeartbeatLoop, startHeartbeatLoop } from './heartbeat-loop.js';
import { Holdings } from './holdings.js';
import { startLeaseRenewal } from './lease-renewal.js';
import { parseListenAddress, urlOf } from './listen-address.js';
import { createLiveIdentity } from './live-identity.js';
import { openWorkerRevocations } from './revocations.js';
import { createRpcMethods } from './rpc-methods.js';
import { closeWithin, listenOn } from './rpc-port.js';
import { sandboxDefaults } from './sandbox-defaults.js';
import { openProviders } from './sandbox-providers.js';
import { workerIdOf } from './worker-id.js';
import { openWorkerTls, type WorkerTls } from './worker-tls.js';

/** A running worker. */
export interface Worker {
  readonly id: string;
  /** Where the control plane calls it. */
  readonly rpcUrl: string;
  /** Resolves when the control plane has accepted the first heartbeat. */
  readonly registered: Promise<void>;
  /**
   * Takes other settings, without a restart and without a lost call; what takes effect with the next start alone is named
   * in the log. Without settings it looks again at its kept key and its TLS files.
   */
  reload(settings?: Settings): void;
  /**
   * Takes nothing new, tells so, lets running programs end within the limit, then ends its sandboxes with them.
   * Resolves when nothing is left. Any number of calls.
   */
  stop(): Promise<void>;
}

export interface StartWorkerOptions {
  readonly clock?: Clock | undefined;
  /** Ends a start that waits for the control plane to enrol the worker; it fails with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

const LAST_HEARTBEAT_TIMEOUT_MS = 2_000;
const KEPT_KEY_CHECK_MS = 1_000;

/**
 * Starts a worker: identity, providers, RPC server, heartbeats, in this order, so that it announces only what works.
 *
 * @throws WorkerIdError, ListenAddressError, TlsMaterialError, EnrolmentError, PrivateFileError, WorkerCredentialError,
 * NoProviderError, or what the port and state directory refuse
 */
export async function startWorker(
  settings: Settings,
  logger: Logger,
  options: StartWorkerOptions = {},
): Promise<Worker> {
  const tls = openWorkerTls(settings, { logger, clock: options.clock });
  try {
    return await startBy(tls, settings, logger, options);
  } catch (error) {
    tls.close();
    throw error;
  }
}

async function startBy(
  tls: WorkerTls,
  settings: Settings,
  logger: Logger,
  { clock = () => new Date(), signal = new AbortController().signal }: StartWorkerOptions,
): Promise<Worker> {
  const id = workerIdOf(settings);
  const listen = parseListenAddress(settings['worker.listen_addr']);
  const instanceId = randomUUID();
  const enrolledKey = await obtainEnrolledKey(settings, {
    workerId: id,
    instanceId,
    tls: tls.controlPlane,
    logger,
    signal,
  });
  const revocations = openWorkerRevocations({
    path: identityFile(settings, id, 'revocations.json'),
    logger,
  });
  revocations.configure(settings['auth.worker_revoked_token_ids']);
  const { isRevoked } = revocations;
  const identity = createLiveIdentity({
    settings,
    workerId: id,
    enrolledKey,
    isRevoked,
    isWorkerRevoked: revocations.isWorkerRevoked,
    tls: tls.controlPlane,
    logger,
    clock,
  });
  const client = createControlPlaneClient({
    baseUrl: settings['worker.control_plane_url'],
    workerId: id,
    credentials: identity.credentials,
    tls: tls.controlPlane,
    clock,
    onClockSkew: warnOfClockSkew(logger),
  });
  const providers = await openProviders(settings, logger);
  const holdings = new Holdings(logger, clock);
  let ending = false;
  let drainAsked = false;
  let leaseTtlMs: number | undefined;
  const isDraining = (): boolean => ending || drainAsked;

  const listener = createRpcRequestListener({
    workerId: id,
    authenticate: identity.authenticate,
    methods: createRpcMethods({
      holdings,
      providers,
      defaultProvider: settings['providers.default'],
      defaultsOf: (provider) => sandboxDefaults(settings, provider),
      maxSandboxes: settings['worker.max_sandboxes'],
      isDraining,
      drain: () => {
        ending = true;
      },
      renewLease: client.renewLease,
    }),
    slots: createCallSlots(settings['worker.max_concurrent_calls']),
    logger,
    clock,
  });
  const server =
    tls.rpc === undefined
      ? createRpcServer(listener)
      : createSecureRpcServer(listener, {
          credentials: tls.rpc,
          allowedClientNames: settings['worker.rpc_tls.allowed_client_names'],
          logger,
          clock,
        });
  limitConnections(server, { logger });
  try {
    await listenOn(server, listen);
  } catch (error) {
    await closeAll(providers);
    throw error;
  }
  const scheme = tls.rpc === undefined ? 'http' : 'https';
  const rpcUrl =
    settings['worker.advertise_url'] || urlOf(server.address() as AddressInfo, hostname(), scheme);
  logger.info('worker listens', { worker_id: id, rpc_url: rpcUrl });

  const heartbeat = (): Heartbeat => ({
    hostname: hostname(),
    status: isDraining() ? 'draining' : 'online',
    providers: [...providers.keys()],
    capabilities: [
      'remote_worker',
      'heartbeat',
      // That a sandbox gets the network which its spawn names, or is refused.
      'network_choice',
      ...new Set([...providers.values()].flatMap((provider) => provider.capabilities())),
    ],
    capacity: { ...capacityOf(settings), rpc_url: rpcUrl },
    instanceId,
    sandboxes: holdings.list(),
    revocationVersion: revocations.version,
  });
  const takeRevocations = (feed: RevocationFeed): void => {
    if (feed.version === revocations.version) return;
    revocations.replace(feed);
    listener.revalidate(isRevoked);
  };
  const loop: HeartbeatLoop = startHeartbeatLoop({
    send: async (stopping) => {
      try {
        return await client.heartbeat(heartbeat(), { signal: stopping });
      } catch (error) {
        const feed = revocationsIn(error);
        if (feed !== undefined) {
          takeRevocations(feed);
          await revocations.save();
        }
        throw error;
      }
    },
    onReply: async (reply) => {
      if (reply.revocations !== undefined) takeRevocations(reply.revocations);
      await revocations.save();
      if (reply.drain !== drainAsked) {
        drainAsked = reply.drain;
        logger.info(drainAsked ? 'draining: the control plane asked for it' : 'taking sandboxes again');
      }
      leaseTtlMs = reply.leaseTtlMs;
      await holdings.release(reply.release);
    },
    intervalMs: settings['worker.heartbeat_interval'],
    logger,
  });

  const renewal = startLeaseRenewal({
    holdings,
    renewLease: client.renewLease,
    ttlMs: () => leaseTtlMs,
    logger,
  });

  let taken = settings;
  const reload: Worker['reload'] = (next) => {
    if (next === undefined) {
      tls.reload();
      identity.reload();
      return;
    }
    const { live, restart } = changedSettings(taken, next, 'worker');
    taken = next;
    if (restart.length > 0)
      logger.warn('settings changed that take effect with the next start', { changed: restart });
    if (live.length > 0) logger.info('settings changed', { changed: live });
    identity.reload(next);
    revocations.configure(next['auth.worker_revoked_token_ids']);
    listener.revalidate(isRevoked);
  };
  const keptKeyCheck = setInterval(() => identity.reload(), KEPT_KEY_CHECK_MS).unref();

  /** The control plane would find out by itself, only later. */
  const sayGoodbye = async (last: Partial<Heartbeat> = {}): Promise<void> => {
    await client
      .heartbeat({ ...heartbeat(), ...last }, { signal: AbortSignal.timeout(LAST_HEARTBEAT_TIMEOUT_MS) })
      .catch((error: unknown) => logger.debug('last heartbeat failed', { error }));
  };
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ending = true;
    clearInterval(keptKeyCheck);
    await loop.stop();
    await sayGoodbye();
    await closeWithin(server, settings['worker.shutdown_timeout'], () =>
      logger.warn('programs still run after the shutdown timeout; ending them', {
        calls: listener.inFlight(),
      }),
    );
    await renewal.stop();
    holdings.close();
    try {
      await closeAll(providers);
      await sayGoodbye({ status: 'offline', sandboxes: [] });
    } finally {
      client.close();
      tls.close();
    }
  };
  return {
    id,
    rpcUrl,
    registered: loop.registered,
    reload,
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

/** A refusal may come by way of whatever needed what was refused, such as the source of the worker's tokens. */
function revocationsIn(error: unknown): RevocationFeed | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ControlPlaneError && cause.revocations !== undefined) return cause.revocations;
  }
  return undefined;
}
