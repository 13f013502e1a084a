import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { MAX_LIST_LIMIT } from './page.js';
import { deleteOldest, type PruneRequest } from './prune.js';
import type { StoreSchema } from './schema.js';
import { type VersionedRows, versionRow } from './version-row.js';

export interface Change<T> {
  readonly result: T;
  readonly changed: boolean;
}

/** A list of revocations and its version. */
export interface RevocationVersion<Row> {
  /** One writer at a time, so that no version is visible before all that belongs to it, and none is passed over. */
  changing<T>(work: (transaction: Transaction<StoreSchema>) => Promise<Change<T>>): Promise<T>;
  /** Forgets what expired before `before`. @returns how many */
  prune(request: PruneRequest): Promise<number>;
  /** The whole list by id ascending, or undefined when its version is still the known one. */
  snapshot(knownVersion: number | undefined): Promise<VersionedRows<readonly Row[]> | undefined>;
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

  const version = versionRow(table);

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
      await version.lock(transaction);
      const { result, changed } = await work(transaction);
      if (changed) await version.raise(transaction, channel);
      return result;
    });

  return {
    changing,
    prune: (request) =>
      changing(async (transaction) => {
        const deleted = await deleteOldest(transaction, { table: list, column: 'expires_at' }, request);
        return { result: deleted, changed: deleted > 0 };
      }),
    snapshot: (knownVersion) => version.snapshot(db, knownVersion, readAll),
  };
}
