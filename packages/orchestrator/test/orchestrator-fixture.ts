import { openStore, type Store, type WorkerHeartbeat } from '@stacyvm/store';
import { createMigratedDatabase } from '@stacyvm/store/testing';
import { createOrchestrator, isStale, type Orchestrator, type OrchestratorOptions } from '../src/index.js';
import type { ReconcileOptions } from '../src/reconcile.js';
import { createSandboxRemover } from '../src/remove-sandbox.js';
import { createWorkerClients } from '../src/worker-clients.js';
import { type FakeWorker, type FakeWorkerOptions, startFakeWorker } from './fake-worker.js';
import { type ManualClock, manualClock } from './manual-clock.js';
import { type WorkerKeys, workerKeys } from './worker-keys.js';

export const SPAWN_TIMEOUT_MS = 20_000;
export const MINUTE = 60_000;

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export type Changes = Partial<WorkerHeartbeat> & Omit<Partial<FakeWorkerOptions>, 'id' | 'clock'>;

/** A database of its own, orchestrators on it, and workers that they find there. */
export interface OrchestratorFixture {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly log: LogEntry[];
  /** Of every orchestrator of the fixture. */
  readonly credentials: WorkerKeys;
  /** A new control plane; several share the database. */
  orchestrator(changes?: Partial<OrchestratorOptions>): Orchestrator;
  /** The parts of a control plane that its background work uses. */
  reconciler(): ReconcileOptions;
  /** Starts a worker and registers it. */
  worker(id: string, changes?: Changes): Promise<FakeWorker>;
  /** Stops what the test started and empties what it left. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function openFixture(): Promise<OrchestratorFixture> {
  const database = await createMigratedDatabase();
  const clock = manualClock();
  const store = await openStore({ driver: 'postgres', dsn: database.dsn, clock });
  const log: LogEntry[] = [];
  const credentials = workerKeys();
  const endings: Array<() => unknown> = [];
  const logger = loggerInto(log);

  const end = async (): Promise<void> => {
    await Promise.all(endings.splice(0).map((ending) => ending()));
  };
  return {
    store,
    clock,
    log,
    credentials,
    orchestrator(changes = {}) {
      const orchestrator = createOrchestrator({
        store,
        workerCredentials: credentials,
        defaults: {
          image: 'host',
          provider: 'mock',
          memoryMb: 256,
          vcpus: 1,
          ttlMs: 30 * MINUTE,
          maxTtlMs: 24 * 60 * MINUTE,
        },
        execLimits: { defaultTimeoutMs: 0, maxTimeoutMs: 10 * MINUTE },
        maxSandboxes: 0,
        spawnTimeoutMs: SPAWN_TIMEOUT_MS,
        reapIntervalMs: 20,
        reconcileIntervalMs: 20,
        logger,
        clock,
        // The manual clock is nobody else's.
        maxClockLeadMs: Number.POSITIVE_INFINITY,
        // The middle of every jitter.
        random: () => 0.5,
        ...changes,
      });
      endings.push(() => orchestrator.stop());
      return orchestrator;
    },
    reconciler() {
      const clients = createWorkerClients({
        credentials,
        spawnTimeoutMs: SPAWN_TIMEOUT_MS,
        clock,
      });
      endings.push(() => clients.close());
      const remover = createSandboxRemover({ store, clients, logger, clock });
      return {
        store,
        clients,
        credentials,
        remover,
        // Somebody has always listened.
        isStale: (worker) => isStale(worker, clock()),
        spawnTimeoutMs: SPAWN_TIMEOUT_MS,
        logger,
        clock,
      };
    },
    async worker(id, { acceptsStatic, key, maxConcurrentCalls, ...heartbeat } = {}) {
      const worker = await startFakeWorker({
        id,
        clock,
        renewLease: (renewal) => store.leases.renew(renewal),
        ...(acceptsStatic === undefined ? {} : { acceptsStatic }),
        ...(key === undefined ? {} : { key }),
        ...(maxConcurrentCalls === undefined ? {} : { maxConcurrentCalls }),
      });
      endings.push(() => worker.close());
      await store.workers.upsertHeartbeat(worker.heartbeat(heartbeat));
      return worker;
    },
    async reset() {
      await end();
      log.length = 0;
      credentials.revoked.clear();
      const { items: policies } = await store.policies.list({ limit: 1000 });
      await Promise.all(policies.map(({ id }) => store.policies.delete(id)));
      const { items: sandboxes } = await store.sandboxes.list({ limit: 1000 });
      await Promise.all(sandboxes.map(({ id }) => store.sandboxes.markDestroyed(id, 'test over')));
      const { items: workers } = await store.workers.list({ limit: 1000 });
      await Promise.all(workers.map(({ id }) => store.workers.delete(id)));
    },
    async close() {
      await end();
      await store.close();
      await database.drop();
    },
  };
}

function loggerInto(log: LogEntry[]): OrchestratorOptions['logger'] {
  const at =
    (level: LogEntry['level']) =>
    (message: string, fields: Record<string, unknown> = {}): void =>
      void log.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
