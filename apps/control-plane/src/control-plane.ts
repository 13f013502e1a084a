import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { createOrchestrator, startBackgroundWork } from '@stacyvm/orchestrator';
import { openStore } from '@stacyvm/store';
import { createClientThumbprints, limitConnections } from '@stacyvm/worker-rpc';
import type { AnswerCheck } from './answer-check.js';
import { createApp } from './app.js';
import { openAudit } from './audit/open-audit.js';
import { createEdge } from './callers/edge.js';
import { createOpenCalls } from './callers/open-calls.js';
import { createSharedBuckets } from './callers/shared-buckets.js';
import { createTenantDirectory } from './callers/tenant-directory.js';
import { followDatabaseHints } from './database-hints.js';
import { createEventStreams } from './events/event-streams.js';
import { createEventWakeup } from './events/event-wakeup.js';
import { createHeldAnswers } from './held-answers.js';
import { createHttpServer, HTTP_TIMEOUTS } from './http-server.js';
import { createWorkerCounts } from './metrics/worker-counts.js';
import { orchestratorLimits, storeOptions } from './options-from-settings.js';
import { openPeople } from './people/people.js';
import { createPolicyFiles, policiesFromFiles } from './policy-files.js';
import { createSettingsReload } from './settings-reload.js';
import { fixedSettings, type SettingsSource } from './settings-source.js';
import { openControlPlaneTls } from './tls/control-plane-tls.js';
import { createRpcUrlRules } from './tls/rpc-url-rules.js';
import { openWorkerAuthority } from './worker-authority.js';
import { createWorkerGateway } from './worker-gateway.js';

/** A running control plane. */
export interface ControlPlane {
  readonly url: string;
  /**
   * Puts other settings in force, all or none; those that need a restart are named in the log.
   *
   * @throws AuthError or WorkerTokenError when they must not go live; the ones before stay in force then
   */
  reload(settings: Settings): void;
  /** Answers `not_ready`, lets requests in flight end within the limit, then closes everything. Any number of calls. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly version: string;
  /** Where the settings come from, for diagnostics and metrics. */
  readonly settingsSource?: SettingsSource;
  readonly clock?: () => Date;
  /** For tests, which hold answers against the contract. */
  readonly answerCheck?: AnswerCheck;
}

/**
 * Starts the control plane: keys, database, revocations, orchestrator, HTTP, in this order.
 *
 * @throws AuthError, WorkerTokenError, TlsMaterialError or StoreError when the settings must not go live or the database cannot be opened
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { settings, logger } = options;
  const clock = options.clock ?? (() => new Date());
  const startedAt = clock();
  const settingsSource = options.settingsSource ?? fixedSettings(startedAt);
  const edge = createEdge(settings, logger, clock);
  const rpcUrls = createRpcUrlRules(settings);
  const tls = openControlPlaneTls(settings, { logger, clock });
  const store = await openStore(storeOptions(settings, logger)).catch((error: unknown) => {
    tls.close();
    throw error;
  });
  const sharedBuckets = createSharedBuckets({ settings, store, logger });
  edge.rateLimit.shareBy(sharedBuckets);
  let draining = false;
  try {
    const auditing = openAudit({ settings, store, syslogTls: tls.syslog, logger, clock });
    const authority = await openWorkerAuthority({ settings, store, auditing, sharedBuckets, logger, clock });
    const people = await openPeople({ store, logger, clock });
    edge.callers.connect({ ...people, onAuthentication: authority.metrics.callerAuthentication });
    const orchestrator = createOrchestrator({
      store,
      logger,
      clock,
      workerCredentials: authority.identity,
      onRpcRefusal: authority.metrics.rpcRefusal,
      onHeartbeatBatch: authority.metrics.heartbeatBatch,
      rpcTls: tls.rpc && { ...tls.rpc, bindTokens: () => authority.identity.tokenBinding() !== 'off' },
      rpcUrlPolicy: rpcUrls.current,
      fixedPolicies: policiesFromFiles(settings),
      ...orchestratorLimits(settings),
    });
    const settingsReload = createSettingsReload({
      initial: settings,
      parts: [edge, sharedBuckets, authority, rpcUrls, createPolicyFiles(orchestrator.policies)],
      logger,
    });
    authority.metrics.observeEdge({ settings: settingsSource.status, rateLimit: edge.rateLimit.status });
    authority.metrics.observeTls(tls);
    authority.metrics.observeSpawnQueue(orchestrator.spawnQueue.stats);
    const heldAnswers = createHeldAnswers();
    authority.metrics.observeHeldAnswers(heldAnswers.status);
    const tenantDirectory = createTenantDirectory(store);
    const openCalls = createOpenCalls({ callers: edge.callers, store, logger });
    people.bearerRevocations.onChange(openCalls.lookNow);
    authority.metrics.observeQuotas(store, clock);
    authority.metrics.observeAudit({ store, auditing, clock });
    const eventWakeup = createEventWakeup();
    const events = createEventStreams({ store, wakeup: eventWakeup, logger, clock });
    const app = createApp({
      ...authority,
      bearerRevocations: people.bearerRevocations,
      auditing,
      ...edge,
      settings: settingsReload,
      settingsSource,
      tls,
      orchestrator,
      store,
      tenantDirectory,
      openCalls,
      heldAnswers,
      events,
      tokenProfile: () => settingsReload.current()['auth.worker_token_profile'],
      logger,
      clock,
      version: options.version,
      startedAt,
      draining: () => draining,
      answerCheck: options.answerCheck,
    });
    const gateway = createWorkerGateway({
      ...authority,
      clientAddresses: edge.clientAddresses,
      thumbprintOf: tls.server && createClientThumbprints(tls.server, clock),
      rpcUrls,
      fleet: orchestrator.fleet,
      logger,
      clock,
    });
    const { server, drain } = createHttpServer(
      (request, response) => {
        if (!gateway(request, response)) app(request, response);
      },
      HTTP_TIMEOUTS,
      tls.server && { credentials: tls.server, logger, onRefusal: authority.metrics.tlsRefusal },
    );
    limitConnections(server, { most: MAX_CONNECTIONS, logger });
    await listen(server, settings, edge.callers.enforced, logger);
    orchestrator.start();
    sharedBuckets.follow(() => orchestrator.fleet.status().controlPlanes);
    const pruning = startBackgroundWork({
      name: 'pruning of shared counts',
      intervalMs: SHARED_COUNTS_PRUNE_MS,
      round: () => sharedBuckets.prune(),
      logger,
    });
    auditing.start();
    const warm = edge.callers.warmUp();
    const background = authority.start(() => orchestrator.enforceRevocations());
    const following = people.start();
    const watching = openCalls.start();
    const hints = followDatabaseHints({
      store,
      orchestrator,
      revocations: background.revocations,
      tenantDirectory,
      openCalls,
      bearerRevocations: following.bearerRevocations,
      events: eventWakeup,
      onHint: authority.metrics.hint,
    });
    authority.metrics.observeFleet({
      status: orchestrator.fleet.status,
      hintsConnected: hints.isConnected,
      workerCalls: orchestrator.workerCalls,
      workersByCondition: createWorkerCounts(store, orchestrator.fleet, clock),
      shownWorkers: authority.shownWorkers,
    });
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      draining = true;
      try {
        await orchestrator.spawnQueue.close();
        events.close();
        await drain(settings['server.shutdown_timeout'], logger);
        edge.callers.close();
        await hints.close();
        await watching.stop();
        await pruning.stop();
        await background.stop();
        await following.stop();
        await orchestrator.stop();
        await warm;
        await auditing.stop();
      } finally {
        tls.close();
        await store.close();
      }
    };
    return {
      url: urlOf(server.address() as AddressInfo, tls.server === undefined ? 'http' : 'https'),
      reload(next) {
        tls.reload();
        settingsReload.reload(next);
      },
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    edge.callers.close();
    tls.close();
    await store.close();
    throw error;
  }
}

/** More than a fleet of 10,000 workers keeps. */
const MAX_CONNECTIONS = 16_384;
const SHARED_COUNTS_PRUNE_MS = 60_000;

/** Without authentication only this machine is served. */
async function listen(
  server: Server,
  settings: Settings,
  authenticates: boolean,
  logger: Logger,
): Promise<void> {
  const wanted = settings['server.host'];
  const host = authenticates || LOOPBACK_HOST.test(wanted) ? wanted : '127.0.0.1';
  server.listen({ host, port: settings['server.port'] });
  await once(server, 'listening');
  if (authenticates) return;
  const hasKeys = settings['auth.api_key'] !== undefined || settings['auth.admin_api_key'] !== undefined;
  const why = hasKeys
    ? 'authentication is switched off, and the API keys that are configured are not asked for'
    : 'no API key is configured';
  logger.warn(`${why}: only this machine is served, and everybody on it is administrator`, {
    fix: hasKeys
      ? 'remove auth.enabled, or set it to true'
      : 'set auth.api_key_file and auth.admin_api_key_file',
  });
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

function urlOf({ address, family, port }: AddressInfo, scheme: 'http' | 'https'): string {
  const host =
    address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `${scheme}://${host}:${port}`;
}
