import type { Kysely, Transaction } from 'kysely';
import type { StoreSchema } from './schema.js';

/** Does the work in the transaction that there is, else in one of its own. */
export function inTransaction<T>(
  db: Kysely<StoreSchema>,
  work: (transaction: Transaction<StoreSchema>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db as Transaction<StoreSchema>) : db.transaction().execute(work);
}
