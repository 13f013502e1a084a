import { type Kysely, sql, type Transaction } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import type { StoreSchema } from './schema.js';

type VersionTable = 'policy_version' | 'worker_revocation_version' | 'principal_revocation_version';

/** A list as it is at one version. */
export interface VersionedRows<Rows> {
  readonly version: number;
  readonly rows: Rows;
}

/** A number that changes together with a list, so that whoever knows the number knows the list. */
export interface VersionRow {
  /** Keeps all other writers out until the transaction ends. @throws StoreError `schema` */
  lock(transaction: Transaction<StoreSchema>): Promise<void>;
  /**
   * Locks as well, and makes the version the milliseconds of the server's clock, and always more than before. After the
   * restore of a backup a bare counter would reach its old values again with another list behind them, unnoticed by
   * whoever still knows one of them.
   *
   * @param channel carries the new version
   * @throws StoreError `schema`
   */
  raise(transaction: Transaction<StoreSchema>, channel?: string): Promise<void>;
  /** The whole list with its version, or undefined when that is still the known one; then one row is read. */
  snapshot<Rows>(
    db: Kysely<StoreSchema>,
    knownVersion: number | undefined,
    readAll: (transaction: Transaction<StoreSchema>) => Promise<Rows>,
  ): Promise<VersionedRows<Rows> | undefined>;
}

export function versionRow(table: VersionTable): VersionRow {
  const lost = () =>
    new StoreError('schema', `the table ${table} has lost its row; insert one with a version of at least 1`);

  async function read(db: Kysely<StoreSchema>): Promise<number> {
    const row = await db.selectFrom(table).select('version').executeTakeFirst();
    if (row === undefined) throw lost();
    return exactNumber(row.version, 'version');
  }

  return {
    async lock(transaction) {
      const rows = await transaction.selectFrom(table).select('version').forUpdate().execute();
      if (rows.length === 0) throw lost();
    },

    async raise(transaction, channel) {
      const { rows } = await sql`
        with raised as (
          update ${sql.table(table)}
          set version = greatest(version + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
          returning version)
        select ${channel === undefined ? sql`version` : sql`pg_notify(${channel}, version::text)`} from raised`.execute(
        transaction,
      );
      if (rows.length === 0) throw lost();
    },

    async snapshot(db, knownVersion, readAll) {
      if (knownVersion !== undefined && (await read(db)) === knownVersion) return undefined;
      return db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (transaction) => ({
          version: await read(transaction),
          rows: await readAll(transaction),
        }));
    },
  };
}
