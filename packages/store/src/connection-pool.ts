import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  sql,
} from 'kysely';
import pg from 'pg';
import { databaseErrorFacts, isConnectionLoss, storeErrorFrom } from './database-errors.js';
import { StoreError } from './errors.js';
import type { StoreLogger } from './logger.js';
import type { StoreSchema } from './schema.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** How long the parts of a call may take, in milliseconds; 0 is without end. */
export interface PoolPatience {
  readonly statementMs: number;
  readonly lockMs: number;
  /** Beyond what the server allows itself: it only counts when the server or the network is gone. */
  readonly replyMs: number;
}

const ORDINARY_PATIENCE: PoolPatience = { statementMs: 15_000, lockMs: 10_000, replyMs: 20_000 };

/** A schema change, or the wait for another process that is at it, may take longer than any ordinary call. */
export const MIGRATION_PATIENCE: PoolPatience = { statementMs: 0, lockMs: 120_000, replyMs: 0 };

const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
const IDLE_CONNECTION_MS = 30_000;

const DEFAULT_POOL_SIZE = 10;
const MAX_POOL_SIZE = 500;

const OLDEST_SERVER_VERSION = 140_000;

/** Where to connect to. The port of a `server` is asked for with every new connection, because it may move. */
export type ConnectionTarget =
  | { readonly kind: 'dsn'; readonly dsn: string }
  | { readonly kind: 'server'; readonly server: ServerAddress };

export interface ServerAddress {
  readonly host: string;
  port(): number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface PoolOptions {
  readonly target: ConnectionTarget;
  readonly logger: StoreLogger;
  readonly poolSize?: number | undefined;
  /** Longest wait for a connection, new or from the pool; 5000 unless told. */
  readonly connectTimeoutMs?: number | undefined;
  readonly patience?: PoolPatience | undefined;
}

export interface DatabasePool {
  readonly db: Kysely<StoreSchema>;
  /** Host, port, user and database for messages; never the password. */
  readonly description: string;
  close(): Promise<void>;
}

export function createDatabasePool(options: PoolOptions): DatabasePool {
  const poolSize = options.poolSize ?? DEFAULT_POOL_SIZE;
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > MAX_POOL_SIZE) {
    throw new StoreError('configuration', `database pool size must be between 1 and ${MAX_POOL_SIZE}`);
  }
  const { target, logger, patience = ORDINARY_PATIENCE } = options;
  const description = describeTarget(target);
  const pool = new pg.Pool({
    ...(target.kind === 'dsn'
      ? { connectionString: target.dsn }
      : { Client: clientFollowing(target.server) as unknown as new () => pg.Client }),
    application_name: 'stacyvm',
    max: poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    statement_timeout: patience.statementMs,
    query_timeout: patience.replyMs,
    lock_timeout: patience.lockMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', (error) => {
    logger.debug('idle database connection lost', { reason: databaseErrorFacts(error).message });
  });
  pool.on('connect', (client) => {
    // While a connection is checked out the pool does not listen; an 'error' nobody hears would end the process.
    client.on('error', () => {});
  });

  const lending = lendingPool(pool);
  const db = new Kysely<StoreSchema>({ dialect: new PostgresDialect({ pool: lending }) });
  return { db, description, close: () => lending.close() };
}

/** One connection beside the pool, not made yet. */
export function connectionOf(target: ConnectionTarget): pg.Client {
  const options = {
    application_name: 'stacyvm',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  return target.kind === 'dsn'
    ? new pg.Client({ ...options, connectionString: target.dsn })
    : new (clientFollowing(target.server))(options);
}

/** A client class that asks for the address when it is made, so that a pool survives a server that moved. */
function clientFollowing(server: ServerAddress): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super({
        ...(typeof config === 'object' ? config : {}),
        host: server.host,
        port: server.port(),
        user: server.user,
        password: server.password,
        database: server.database,
        ssl: false,
      });
    }
  };
}

function describeTarget(target: ConnectionTarget): string {
  if (target.kind === 'server') {
    return `embedded Postgres on ${target.server.host}`;
  }
  if (!/^postgres(?:ql)?:\/\//i.test(target.dsn)) {
    throw new StoreError(
      'configuration',
      'database.dsn must be a URL of the form postgres://user:password@host:5432/database',
    );
  }
  try {
    const { user, host, port, database } = new pg.Client({ connectionString: target.dsn });
    return `Postgres at ${host}:${port}, database "${database ?? ''}", user "${user ?? ''}"`;
  } catch (error) {
    // A URL error carries the whole DSN as a property, so it must not become the cause.
    const { code, message } = databaseErrorFacts(error);
    throw new StoreError(
      'configuration',
      code === 'ENOENT' || code === 'EACCES'
        ? `a file named in database.dsn cannot be read: ${message}`
        : 'database.dsn is not a valid Postgres URL; special characters in the password must be percent-encoded',
    );
  }
}

interface LendingPool extends PostgresPool {
  close(): Promise<void>;
}

/**
 * Lends connections to Kysely. Failures become StoreErrors here, at the one door to the driver, and a connection that
 * failed is thrown away instead of handed to the next caller.
 */
function lendingPool(pool: pg.Pool): LendingPool {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= pool.end();
    return closing;
  };
  return {
    async connect(): Promise<PostgresPoolClient> {
      if (closing !== undefined) {
        throw new StoreError('closed', 'the store is closed');
      }
      const client = await pool.connect().catch((error: unknown) => {
        throw storeErrorFrom(error);
      });
      let broken = false;
      const query = async (text: string, parameters: ReadonlyArray<unknown>): Promise<unknown> => {
        try {
          return await client.query(text, [...parameters]);
        } catch (error) {
          broken ||= isConnectionLoss(error);
          throw storeErrorFrom(error);
        }
      };
      // The other overload of the interface is for cursors, which nothing here asks for.
      return { query: query as PostgresPoolClient['query'], release: () => client.release(broken) };
    },
    end: close,
    close,
  };
}

/** One cheap round trip. */
export async function probe(db: Kysely<StoreSchema>): Promise<void> {
  await db.executeQuery(CompiledQuery.raw('select 1'));
}

/**
 * The first connection shows whether the settings are right; later ones can only show that the server is away.
 * @throws StoreError `configuration`, `unavailable`
 */
export async function connectFirst({ db, description }: DatabasePool): Promise<void> {
  const version = await serverVersion(db).catch((error: unknown) => {
    const failure = storeErrorFrom(error);
    const { code: state = '', message } = databaseErrorFacts(failure.cause ?? failure);
    const retryable = failure.code === 'unavailable' && !/^(?:28...|3D000)$/.test(state);
    throw new StoreError(
      retryable ? 'unavailable' : 'configuration',
      `cannot connect to ${description}: ${message}`,
      { cause: failure.cause },
    );
  });
  if (version < OLDEST_SERVER_VERSION) {
    throw new StoreError(
      'configuration',
      `${description} is older than Postgres 14, which is the oldest supported`,
    );
  }
}

async function serverVersion(db: Kysely<StoreSchema>): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int as version`.execute(db);
  return rows[0]?.version ?? 0;
}
