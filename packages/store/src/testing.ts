import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { StoreError } from './errors.js';
import { scratchRoot } from './scratch-root.js';
import { openStore } from './store.js';

export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres.js';

/** A database of its own for one test file or one test. */
export interface TestDatabase {
  readonly dsn: string;
  /** Cuts its connections that listen to channels, as an outage of the network would, and tells how many they were. */
  cutListeners(): Promise<number>;
  /** Cuts its sessions and removes it. */
  drop(): Promise<void>;
}

/** The one cluster of this process, for tests that need the server itself to misbehave. */
export interface TestCluster {
  /** Directory of the cluster; removed with it. */
  readonly path: string;
  /** Process id of the server; undefined while it is down. */
  readonly pid: number | undefined;
  /** Kills the server as a crash would; it is restarted at once, on the same port if possible. */
  kill(): void;
  /** Stops the server until `bringUp`; connections are refused meanwhile. */
  takeDown(): Promise<void>;
  /** Starts the server again on the port it had. */
  bringUp(): Promise<void>;
}

interface RunningCluster {
  readonly path: string;
  readonly discardOnExit: () => void;
  server: EmbeddedPostgres;
}

const MAX_TEST_CONNECTIONS = 200;

/** What the migrations make of an empty database; others are copied from it. */
const TEMPLATE = 'test_template';

let running: Promise<RunningCluster> | undefined;
let current: RunningCluster | undefined;
let template: Promise<void> | undefined;

/** A new empty database on a real Postgres, which the first call of the process starts in a temporary directory. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(await sharedCluster(), 'template1');
}

/** One with the newest schema, in a fraction of the time that the migrations take. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  const cluster = await sharedCluster();
  template ??= createTemplate(cluster);
  await template;
  return createDatabase(cluster, TEMPLATE);
}

/** @throws StoreError `closed` before the first `createTestDatabase` */
export function testCluster(): TestCluster {
  const cluster = current;
  if (cluster === undefined) {
    throw new StoreError('closed', 'no test cluster is running; call createTestDatabase first');
  }
  return {
    path: cluster.path,
    get pid() {
      return cluster.server.pid();
    },
    kill() {
      const pid = cluster.server.pid();
      if (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
      }
    },
    takeDown: () => cluster.server.stop(),
    async bringUp() {
      cluster.server = await startServer(cluster.path, cluster.server.address.port());
    },
  };
}

/** Stops the cluster and removes its files. Nothing happens when none runs; a later createTestDatabase starts a new one. */
export async function stopTestCluster(): Promise<void> {
  const stopping = running;
  running = undefined;
  current = undefined;
  template = undefined;
  // A cluster that never started has already told the tests that wanted it.
  const cluster = await stopping?.catch(() => undefined);
  if (cluster !== undefined) {
    process.off('exit', cluster.discardOnExit);
    await cluster.server.stop();
    await rm(cluster.path, { recursive: true, force: true });
  }
}

function sharedCluster(): Promise<RunningCluster> {
  running ??= startCluster();
  return running;
}

async function createDatabase(cluster: RunningCluster, from: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(cluster, `create database ${name} template ${from}`);
  return {
    dsn: cluster.server.dsn(name),
    cutListeners: () =>
      administer(
        cluster,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and query ilike 'listen %'`,
      ),
    drop: async () => {
      await administer(cluster, `drop database if exists ${name} with (force)`);
    },
  };
}

async function createTemplate(cluster: RunningCluster): Promise<void> {
  await administer(cluster, `create database ${TEMPLATE}`);
  const store = await openStore({ driver: 'postgres', dsn: cluster.server.dsn(TEMPLATE) });
  await store.close();
  // A database that somebody is connected to cannot be copied.
  await administer(cluster, `alter database ${TEMPLATE} allow_connections false`);
}

async function startCluster(): Promise<RunningCluster> {
  const path = await mkdtemp(join(await scratchRoot(), 'stacyvm-test-postgres-'));
  // Passable for the database account, so that root needs no mount namespace.
  await chmod(path, 0o711);
  const server = await startServer(path);
  const cluster: RunningCluster = { path, server, discardOnExit: () => discard(cluster) };
  process.once('exit', cluster.discardOnExit);
  current = cluster;
  return cluster;
}

function startServer(path: string, port?: number): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    path,
    port,
    durable: false,
    keepAlive: false,
    maxConnections: MAX_TEST_CONNECTIONS,
  });
}

/** For a test run that ends without stopTestCluster: nothing in it is worth an orderly shutdown. */
function discard(cluster: RunningCluster): void {
  const pid = cluster.server.pid();
  if (pid !== undefined) {
    // Immediate shutdown: unlike a kill it gives the shared memory back.
    process.kill(pid, 'SIGQUIT');
  }
  rmSync(cluster.path, { recursive: true, force: true, maxRetries: 3 });
}

/** @returns how many rows there were */
async function administer(cluster: RunningCluster, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: cluster.server.dsn('postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query(statement);
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
