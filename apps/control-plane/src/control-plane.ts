import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiKeyAuthenticator } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { createOrchestrator } from '@stacyvm/orchestrator';
import { openStore, type Store } from '@stacyvm/store';
import { createApp } from './app.js';
import { createHttpServer } from './http-server.js';
import { createWorkerGateway } from './worker-gateway.js';

/** A running control plane. */
export interface ControlPlane {
  readonly url: string;
  /** Answers `not_ready`, lets requests in flight end within the limit, then closes everything. Any number of calls. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly version: string;
  readonly clock?: () => Date;
  readonly validateResponses?: boolean;
}

/**
 * Starts the control plane: keys, database, orchestrator, HTTP, in this order.
 *
 * @throws AuthError, WorkerTokenError or StoreError when the settings must not go live or the database cannot be opened
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { settings, logger } = options;
  const clock = options.clock ?? (() => new Date());
  const apiKeys = createApiKeyAuthenticator({
    apiKey: settings['auth.api_key']?.reveal(),
    adminApiKey: settings['auth.admin_api_key']?.reveal(),
  });
  const store = await openStore(storeOptions(settings, logger));
  let draining = false;
  try {
    const orchestrator = createOrchestrator(orchestratorOptions(settings, store, logger, clock));
    const app = createApp({
      orchestrator,
      store,
      apiKeys,
      logger,
      clock,
      version: options.version,
      startedAt: clock(),
      draining: () => draining,
      validateResponses: options.validateResponses ?? false,
    });
    const gateway = createWorkerGateway({ settings, fleet: orchestrator.fleet, store, logger, clock });
    const { server, drain } = createHttpServer((request, response) => {
      if (!gateway(request, response)) app(request, response);
    });
    await listen(server, settings, apiKeys.configured, logger);
    orchestrator.start();
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      draining = true;
      try {
        await drain(settings['server.shutdown_timeout'], logger);
        await orchestrator.stop();
      } finally {
        await store.close();
      }
    };
    return {
      url: urlOf(server.address() as AddressInfo),
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function storeOptions(settings: Settings, logger: Logger): Parameters<typeof openStore>[0] {
  const dsn = settings['database.dsn'];
  return settings['database.driver'] === 'postgres' && dsn !== undefined
    ? { driver: 'postgres', dsn: dsn.reveal(), logger }
    : { driver: 'embedded', path: settings['database.path'], logger };
}

function orchestratorOptions(
  settings: Settings,
  store: Store,
  logger: Logger,
  clock: () => Date,
): Parameters<typeof createOrchestrator>[0] {
  return {
    store,
    logger,
    clock,
    signingKey: settings['auth.worker_signing_key']?.reveal(),
    sharedToken: settings['auth.worker_token']?.reveal(),
    defaults: {
      image: settings['defaults.image'],
      provider: settings['providers.default'],
      memoryMb: settings['defaults.memory_mb'],
      vcpus: settings['defaults.vcpus'],
      ttlMs: settings['defaults.ttl'],
      maxTtlMs: settings['defaults.max_ttl'],
    },
    execLimits: {
      defaultTimeoutMs: settings['defaults.default_exec_timeout'],
      maxTimeoutMs: settings['defaults.max_exec_timeout'],
    },
    maxSandboxes: settings['defaults.max_sandboxes'],
    spawnTimeoutMs: settings['orchestrator.spawn_timeout'],
    reapIntervalMs: settings['orchestrator.reap_interval'],
    reconcileIntervalMs: settings['orchestrator.reconcile_interval'],
  };
}

/** Without any API key only this machine is served. */
async function listen(
  server: Server,
  settings: Settings,
  hasApiKeys: boolean,
  logger: Logger,
): Promise<void> {
  const host = hasApiKeys ? settings['server.host'] : '127.0.0.1';
  server.listen({ host, port: settings['server.port'] });
  await once(server, 'listening');
  if (!hasApiKeys) {
    logger.warn(
      'no API key is configured: only this machine is served, and everybody on it is administrator',
      {
        fix: 'set auth.api_key_file and auth.admin_api_key_file',
      },
    );
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host =
    address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
