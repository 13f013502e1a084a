import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import { MAX_LIST_LIMIT } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import type { StoreSchema } from './schema.js';

export interface Change<T> {
  readonly result: T;
  readonly changed: boolean;
}

/** Everything that is revoked at one version. */
export interface VersionedRows<Row> {
  readonly version: number;
  /** By id ascending. */
  readonly rows: readonly Row[];
}

/** A number that changes together with a list, so that whoever knows the number knows the list. */
export interface RevocationVersion<Row> {
  /** One writer at a time, so that no version is visible before all that belongs to it, and none is passed over. */
  changing<T>(work: (transaction: Transaction<StoreSchema>) => Promise<Change<T>>): Promise<T>;
  /** Forgets what expired before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
  /** The whole list, or undefined when its version is still the known one. */
  snapshot(knownVersion: number | undefined): Promise<VersionedRows<Row> | undefined>;
}

interface RevocationTables<Name extends RevocationTable> {
  readonly list: Name;
  readonly version: 'worker_revocation_version' | 'principal_revocation_version';
  /** Carries every new version. */
  readonly channel: string;
}

type RevocationTable = 'worker_token_revocations' | 'principal_revocations';

export function createRevocationVersion<Name extends RevocationTable>(
  db: Kysely<StoreSchema>,
  { list, version: table, channel }: RevocationTables<Name>,
): RevocationVersion<Selectable<StoreSchema[Name]>> {
  type Row = Selectable<StoreSchema[Name]>;

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

  async function read(from: Kysely<StoreSchema>): Promise<number> {
    const row = await from.selectFrom(table).select('version').executeTakeFirst();
    if (row === undefined) throw lost();
    return exactNumber(row.version, 'revocation version');
  }

  /** Page by page, so that no single statement grows with the table. */
  async function readAll(transaction: Kysely<StoreSchema>): Promise<readonly Row[]> {
    const all: Row[] = [];
    for (let after = ''; ; ) {
      const { rows } = await sql<Row & { readonly id: string }>`
        select * from ${sql.table(list)} where id > ${after} order by id limit ${MAX_LIST_LIMIT}`.execute(
        transaction,
      );
      all.push(...rows);
      const last = rows.at(-1);
      if (rows.length < MAX_LIST_LIMIT || last === undefined) return all;
      after = last.id;
    }
  }

  const changing = <T>(work: (transaction: Transaction<StoreSchema>) => Promise<Change<T>>): Promise<T> =>
    db.transaction().execute(async (transaction) => {
      await lock(transaction);
      const { result, changed } = await work(transaction);
      if (changed) await raise(transaction);
      return result;
    });

  return {
    changing,
    prune: (request) =>
      changing(async (transaction) => {
        const deleted = await deleteOldest(transaction, { table: list, column: 'expires_at' }, request);
        return { result: deleted, changed: deleted > 0 };
      }),
    async snapshot(knownVersion) {
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
