import { sql, type Transaction } from 'kysely';
import { connectFirst, createDatabasePool, type PoolPatience } from './connection-pool.js';
import { storeErrorFrom } from './database-errors.js';
import { silentLogger } from './logger.js';
import { MIGRATION_NAMES, MIGRATION_TABLE } from './migrate.js';
import { readAllPolicies } from './policies.js';
import type { PolicyRecord } from './policy-record.js';
import type { StoreSchema } from './schema.js';

export { type DirectoryInspection, inspectDatabaseDirectory } from './embedded/inspect-directory.js';

export interface InspectDatabaseOptions {
  readonly dsn: string;
  /** Longest wait for the connection and for each statement; 3000 unless told. */
  readonly timeoutMs?: number;
  /** Workers listed at most, those heard of last first; 1000 unless told. */
  readonly workerLimit?: number;
  readonly clock?: () => Date;
}

/** A database as it is, without a change to it. */
export interface DatabaseInspection {
  /** Host, port, database and user; never the password. */
  readonly description: string;
  /** Such as `15.4`. */
  readonly serverVersion: string;
  /** Whether this connection was encrypted. */
  readonly encrypted: boolean;
  /** Milliseconds that the clock of the server is ahead of `clock`. */
  readonly clockSkewMs: number;
  /** `clockSkewMs` is wrong by this at most: half of the round trip. */
  readonly clockToleranceMs: number;
  readonly connections: { readonly used: number; readonly usable: number };
  readonly migrations: MigrationState;
  /** Undefined while the table is not there. */
  readonly workers: readonly WorkerSighting[] | undefined;
}

export interface MigrationState {
  readonly applied: readonly string[];
  /** Known here and not applied. */
  readonly pending: readonly string[];
  /** Applied and not known here: the database belongs to a newer version or to another program. */
  readonly unknown: readonly string[];
}

export interface WorkerSighting {
  readonly id: string;
  readonly rpcUrl: string;
  readonly status: string;
  readonly lastHeartbeat: Date;
}

const DEFAULT_TIMEOUT_MS = 3_000;
const DEFAULT_WORKER_LIMIT = 1_000;

/**
 * Looks at a database in one read-only transaction. Nothing is created, migrated or locked.
 *
 * @throws StoreError `configuration`, also for a server older than Postgres 14; `unavailable`
 */
export async function inspectDatabase(options: InspectDatabaseOptions): Promise<DatabaseInspection> {
  const { workerLimit = DEFAULT_WORKER_LIMIT } = options;
  const clock = options.clock ?? (() => new Date());
  return look(options, async (db, description) => ({
    description,
    ...(await inspectServer(db)),
    ...(await inspectClock(db, clock)),
    migrations: await inspectMigrations(db),
    workers: await inspectWorkers(db, workerLimit),
  }));
}

/**
 * The resource policies of everybody, by id, in one read-only transaction; undefined while there is no table of them.
 *
 * @throws StoreError `configuration`, also for a server older than Postgres 14; `unavailable`
 */
export async function inspectPolicies(
  options: Pick<InspectDatabaseOptions, 'dsn' | 'timeoutMs'>,
): Promise<readonly PolicyRecord[] | undefined> {
  return look(options, async (db) => ((await hasTable(db, 'policies')) ? readAllPolicies(db) : undefined));
}

async function look<T>(
  { dsn, timeoutMs = DEFAULT_TIMEOUT_MS }: Pick<InspectDatabaseOptions, 'dsn' | 'timeoutMs'>,
  read: (db: Transaction<StoreSchema>, description: string) => Promise<T>,
): Promise<T> {
  const patience: PoolPatience = { statementMs: timeoutMs, lockMs: timeoutMs, replyMs: timeoutMs };
  const pool = createDatabasePool({
    target: { kind: 'dsn', dsn },
    logger: silentLogger,
    poolSize: 1,
    connectTimeoutMs: timeoutMs,
    patience,
  });
  try {
    await connectFirst(pool);
    return await pool.db
      .transaction()
      .setAccessMode('read only')
      .execute((db) => read(db, pool.description));
  } catch (error) {
    throw storeErrorFrom(error);
  } finally {
    await pool.close();
  }
}

async function inspectServer(
  db: Transaction<StoreSchema>,
): Promise<Pick<DatabaseInspection, 'serverVersion' | 'encrypted' | 'connections'>> {
  const { rows } = await sql<{ version: string; encrypted: boolean; used: number; usable: number }>`
    select current_setting('server_version') as version,
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
      current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int as usable`.execute(db);
  const [row] = rows;
  return {
    serverVersion: row?.version.split(' ')[0] ?? '',
    encrypted: row?.encrypted ?? false,
    connections: { used: row?.used ?? 0, usable: row?.usable ?? 0 },
  };
}

async function inspectClock(
  db: Transaction<StoreSchema>,
  clock: () => Date,
): Promise<Pick<DatabaseInspection, 'clockSkewMs' | 'clockToleranceMs'>> {
  const sentAtMs = clock().getTime();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const receivedAtMs = clock().getTime();
  const serverMs = rows[0]?.now.getTime() ?? receivedAtMs;
  return {
    clockSkewMs: Math.round(serverMs - (sentAtMs + receivedAtMs) / 2),
    clockToleranceMs: Math.ceil((receivedAtMs - sentAtMs) / 2),
  };
}

async function inspectMigrations(db: Transaction<StoreSchema>): Promise<MigrationState> {
  const columns = await sql<{ column_name: string }>`
    select column_name from information_schema.columns
    where table_schema = current_schema() and table_name = ${MIGRATION_TABLE}`.execute(db);
  if (columns.rows.length === 0) return { applied: [], pending: MIGRATION_NAMES, unknown: [] };
  if (!columns.rows.some((row) => row.column_name === 'name')) {
    return {
      applied: [],
      pending: MIGRATION_NAMES,
      unknown: [`table ${MIGRATION_TABLE} of another program`],
    };
  }
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(MIGRATION_TABLE)} order by name`.execute(db);
  const applied = rows.map(({ name }) => name);
  return {
    applied,
    pending: MIGRATION_NAMES.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !MIGRATION_NAMES.includes(name)),
  };
}

/** Reads the columns that every version has: the schema may be older than this program. */
async function inspectWorkers(
  db: Transaction<StoreSchema>,
  limit: number,
): Promise<readonly WorkerSighting[] | undefined> {
  if (!(await hasTable(db, 'workers'))) return undefined;
  const workers = await db
    .selectFrom('workers')
    .select(['id', 'rpc_url', 'status', 'last_heartbeat'])
    .orderBy('last_heartbeat', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return workers.map((row) => ({
    id: row.id,
    rpcUrl: row.rpc_url,
    status: row.status,
    lastHeartbeat: row.last_heartbeat,
  }));
}

async function hasTable(db: Transaction<StoreSchema>, name: keyof StoreSchema): Promise<boolean> {
  const { rows } = await sql<{
    found: boolean;
  }>`select to_regclass(${name}) is not null as found`.execute(db);
  return rows[0]?.found === true;
}
