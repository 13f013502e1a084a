import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { storeErrorFrom } from './database-errors.js';
import { StoreError } from './errors.js';
import type { StoreLogger } from './logger.js';
import { fleetMigration } from './migrations/0001-fleet.js';
import { workerIdentityMigration } from './migrations/0002-worker-identity.js';
import { policiesMigration } from './migrations/0003-policies.js';
import { fleetOperationMigration } from './migrations/0004-fleet-operation.js';
import { tenantsMigration } from './migrations/0005-tenants.js';
import { auditMigration } from './migrations/0006-audit.js';
import { peopleMigration } from './migrations/0007-people.js';
import { quotasMigration } from './migrations/0008-quotas.js';
import { sandboxEventsMigration } from './migrations/0009-sandbox-events.js';
import { tenantRowsMigration } from './migrations/0010-tenant-rows.js';
import { auditSinksMigration } from './migrations/0011-audit-sinks.js';
import type { StoreSchema } from './schema.js';
import { prepareTenantRole } from './tenant-role.js';

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-fleet': fleetMigration,
  '0002-worker-identity': workerIdentityMigration,
  '0003-policies': policiesMigration,
  '0004-fleet-operation': fleetOperationMigration,
  '0005-tenants': tenantsMigration,
  '0006-audit': auditMigration,
  '0007-people': peopleMigration,
  '0008-quotas': quotasMigration,
  '0009-sandbox-events': sandboxEventsMigration,
  '0010-tenant-rows': tenantRowsMigration,
  '0011-audit-sinks': auditSinksMigration,
};

/** Every migration of this version, in order. */
export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS);

export const MIGRATION_TABLE = 'schema_migrations';

/** Any constant works as long as every control plane uses the same: "stacyvm" read as a number. */
const MIGRATION_LOCK_KEY = 32496501985930861n;

/**
 * Brings the database to the newest schema. Several processes may call it at once; one works, the others wait.
 * @param db a pool with `MIGRATION_PATIENCE`
 * @returns whether the role of tenants can be used
 * @throws StoreError `schema` when the database belongs to another program or to a newer version.
 */
export async function migrateToLatest(db: Kysely<StoreSchema>, logger: StoreLogger): Promise<boolean> {
  return db.connection().execute(async (connection) => {
    // The server may have a limit of its own for all sessions.
    await sql`set statement_timeout = 0`.execute(connection);
    await sql`select pg_advisory_lock(${MIGRATION_LOCK_KEY}::bigint)`.execute(connection);
    try {
      await refuseForeignDatabase(connection);
      await applyPending(connection, logger);
      return await prepareTenantRole(connection, logger);
    } finally {
      await sql`select pg_advisory_unlock(${MIGRATION_LOCK_KEY}::bigint)`.execute(connection);
    }
  });
}

async function refuseForeignDatabase(connection: Kysely<StoreSchema>): Promise<void> {
  const { rows } = await sql<{ column_name: string }>`
    select column_name from information_schema.columns
    where table_schema = current_schema() and table_name = ${MIGRATION_TABLE}`.execute(connection);
  if (rows.length > 0 && !rows.some((row) => row.column_name === 'name')) {
    throw new StoreError(
      'schema',
      `the database already holds a table "${MIGRATION_TABLE}" of another program; use an empty database`,
    );
  }
}

async function applyPending(connection: Kysely<StoreSchema>, logger: StoreLogger): Promise<void> {
  const migrator = new Migrator({
    db: connection,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) {
    if (result.status === 'Success') {
      logger.info('applied database migration', { migration: result.migrationName });
    }
  }
  if (error === undefined) {
    return;
  }
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
    throw new StoreError(
      'schema',
      'the database was migrated by another version of StacyVM; use that version or a newer one',
      {
        cause: error,
      },
    );
  }
  const failure = storeErrorFrom(error);
  if (failure.code === 'unavailable') {
    throw failure;
  }
  throw new StoreError('schema', `database migration failed: ${failure.message}`, { cause: error });
}
