import pg from 'pg';
import type { ServerAddress } from '../connection-pool.js';
import { storeErrorFrom } from '../database-errors.js';
import { type StoreLogger, silentLogger } from '../logger.js';
import { findPostgresBinaries } from './binaries.js';
import { DATABASE_NAME, initialiseCluster, openDatabaseDirectory } from './data-directory.js';
import { databaseAccount } from './database-account.js';
import { createLauncher, type LaunchMode } from './launcher.js';
import { LOOPBACK_HOST } from './loopback-port.js';
import { acquireOwnerLock } from './owner-lock.js';
import { startPostmaster, stopStaleServer } from './postmaster.js';
import { SupervisedServer } from './supervised-server.js';

const DEFAULT_MAX_CONNECTIONS = 50;

export interface EmbeddedPostgresOptions {
  /** Directory of the database; made when missing. Only one live process may use it. */
  readonly path: string;
  /** Loopback port; a free one is chosen unless told. */
  readonly port?: number | undefined;
  readonly logger?: StoreLogger | undefined;
  /** Sessions at most; 50 unless told. */
  readonly maxConnections?: number | undefined;
  /** false gives up crash safety for speed, for databases that are thrown away. */
  readonly durable?: boolean | undefined;
  /** false lets this process end by itself while the server runs; the server then ends with it. */
  readonly keepAlive?: boolean | undefined;
}

export interface EmbeddedPostgres {
  readonly address: ServerAddress;
  readonly launchMode: LaunchMode;
  /** Connection URL of the moment, password included. The port may change when the server restarts. */
  dsn(database?: string): string;
  /** Process id of the server; undefined while it is down. */
  pid(): number | undefined;
  /** Fast shutdown: sessions are cut, data is written; returns when the process is gone. Any number of calls. */
  stop(): Promise<void>;
}

/**
 * Runs a real Postgres for this process: makes the cluster on first use, ends a server that a killed predecessor
 * left behind, restarts the server when it dies, and stops it with `stop()` or when this process is killed.
 * @throws StoreError `configuration`, `in_use`, `unavailable`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = await openDatabaseDirectory(options.path);
  const lock = await acquireOwnerLock(directory);
  let server: SupervisedServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await lock.release();
  };
  try {
    const running = await startServer(directory, options);
    server = running.server;
    const { address, launchMode } = running;
    await createDatabase(address);
    options.logger?.info('embedded Postgres is running', {
      path: directory,
      port: server.port,
      pid: server.pid,
      launch: launchMode,
    });
    return {
      address,
      launchMode,
      dsn: (database = DATABASE_NAME) => dsnOf(address, database),
      pid: () => running.server.pid,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RunningServer {
  readonly server: SupervisedServer;
  readonly address: ServerAddress;
  readonly launchMode: LaunchMode;
}

async function startServer(directory: string, options: EmbeddedPostgresOptions): Promise<RunningServer> {
  const { logger = silentLogger, durable = true, keepAlive = true, port: fixedPort } = options;
  const maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const binaries = await findPostgresBinaries();
  const account = await databaseAccount(logger);
  const { dataDirectory, password } = await initialiseCluster(directory, { binaries, account, durable });
  await stopStaleServer(dataDirectory, logger);
  const launcher = await createLauncher(binaries, dataDirectory, account);
  const server = await SupervisedServer.start({
    start: (port, signal) =>
      startPostmaster({ launcher, dataDirectory, port, durable, maxConnections, logger, keepAlive, signal }),
    fixedPort,
    logger,
  });
  const address: ServerAddress = {
    host: LOOPBACK_HOST,
    port: () => server.port,
    user: DATABASE_NAME,
    password,
    database: DATABASE_NAME,
  };
  return { server, address, launchMode: launcher.mode };
}

function dsnOf({ host, port, user, password }: ServerAddress, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port()}/${encodeURIComponent(database)}`;
}

/** A crash between initdb and this step is why it runs at every start. */
async function createDatabase(address: ServerAddress): Promise<void> {
  const client = new pg.Client({ connectionString: dsnOf(address, 'postgres') });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE_NAME]);
    if (found.rowCount === 0) {
      await client.query(`create database ${DATABASE_NAME}`);
    }
  } catch (error) {
    throw storeErrorFrom(error);
  } finally {
    await client.end();
  }
}
