import { type Kysely, sql, type Transaction } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import type { StoreSchema } from './schema.js';

export interface Change<T> {
  readonly result: T;
  readonly changed: boolean;
}

/** A number that changes together with a list, so that whoever knows the number knows the list. */
export interface RevocationVersion {
  read(db: Kysely<StoreSchema>): Promise<number>;
  /** One writer at a time, so that no version is visible before all that belongs to it, and none is passed over. */
  changing<T>(work: (transaction: Transaction<StoreSchema>) => Promise<Change<T>>): Promise<T>;
}

export function createRevocationVersion(
  db: Kysely<StoreSchema>,
  table: 'worker_revocation_version' | 'principal_revocation_version',
  channel: string,
): RevocationVersion {
  const lost = () =>
    new StoreError('schema', `the table ${table} has lost its row; insert one with a version of at least 1`);

  async function lock(transaction: Kysely<StoreSchema>): Promise<void> {
    const rows = await transaction.selectFrom(table).select('version').forUpdate().execute();
    if (rows.length === 0) throw lost();
  }

  /**
   * The milliseconds of the server's clock, and always more than before. After the restore of a backup a bare counter
   * would reach its old values again with other revocations behind them, unnoticed by whoever still knows one of them.
   */
  async function raise(transaction: Kysely<StoreSchema>): Promise<void> {
    await sql`
      with raised as (
        update ${sql.table(table)}
        set version = greatest(version + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
        returning version)
      select pg_notify(${channel}, version::text) from raised`.execute(transaction);
  }

  return {
    async read(from) {
      const row = await from.selectFrom(table).select('version').executeTakeFirst();
      if (row === undefined) throw lost();
      return exactNumber(row.version, 'revocation version');
    },
    changing: (work) =>
      db.transaction().execute(async (transaction) => {
        await lock(transaction);
        const { result, changed } = await work(transaction);
        if (changed) await raise(transaction);
        return result;
      }),
  };
}
