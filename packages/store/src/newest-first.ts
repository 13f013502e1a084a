import { type SelectQueryBuilder, sql } from 'kysely';
import {
  decodeTimeCursor,
  encodeTimeCursor,
  type Page,
  type PageRequest,
  pageLimit,
  pageOf,
  serialCursor,
} from './page.js';
import type { StoreSchema } from './schema.js';

/** Tables whose rows say when they were created and have an id that tells apart those of the same instant. */
type CreatedTable =
  | 'sandboxes'
  | 'worker_join_tokens'
  | 'worker_token_revocations'
  | 'principal_revocations'
  | 'tenants'
  | 'api_keys';

/** Tables whose id is a serial number, so that it alone says which row is newer. */
type SerialTable = 'exec_logs' | 'worker_token_issuances';

/**
 * One page of `query`, the last created first.
 *
 * @throws StoreError `invalid_input` on a foreign cursor or a limit that is none
 */
export async function newestCreatedFirst<
  Table extends CreatedTable,
  Row,
  Item extends { readonly id: string; readonly createdAt: Date },
>(
  query: SelectQueryBuilder<StoreSchema, Table, Row>,
  { limit, after }: PageRequest,
  itemFrom: (row: Row) => Item,
): Promise<Page<Item>> {
  const size = pageLimit(limit);
  const rows = await query
    .$if(after !== undefined, (earlier) => {
      const { at, id } = decodeTimeCursor(after ?? '');
      return earlier.where(sql<boolean>`(created_at, id) < (${at}::timestamptz, ${id})`);
    })
    .orderBy(sql`created_at`, 'desc')
    .orderBy(sql`id`, 'desc')
    .limit(size + 1)
    .execute();
  return pageOf(rows.map(itemFrom), size, ({ createdAt, id }) => encodeTimeCursor({ at: createdAt, id }));
}

/**
 * One page of `query`, the last numbered first.
 *
 * @throws StoreError `invalid_input` on a foreign cursor or a limit that is none
 */
export async function newestNumberedFirst<
  Table extends SerialTable,
  Row,
  Item extends { readonly id: number },
>(
  query: SelectQueryBuilder<StoreSchema, Table, Row>,
  { limit, after }: PageRequest,
  itemFrom: (row: Row) => Item,
): Promise<Page<Item>> {
  const size = pageLimit(limit);
  const rows = await query
    .$if(after !== undefined, (earlier) =>
      earlier.where(sql<boolean>`id < ${serialCursor(after ?? '')}::bigint`),
    )
    .orderBy(sql`id`, 'desc')
    .limit(size + 1)
    .execute();
  return pageOf(rows.map(itemFrom), size, ({ id }) => String(id));
}
