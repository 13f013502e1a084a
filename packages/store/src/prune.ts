import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import { requireTime } from './input-rules.js';
import type { StoreSchema } from './schema.js';

export const DEFAULT_PRUNE_LIMIT = 1000;
export const MAX_PRUNE_LIMIT = 10_000;

export interface PruneRequest {
  /** Rows whose time is before this one go, the oldest first. */
  readonly before: Date;
  /** Rows at most; 1000 unless told, at most 10,000. As many deleted as asked for means that there may be more. */
  readonly limit?: number;
}

interface AgingTable {
  readonly table:
    | 'worker_token_issuances'
    | 'sandbox_events'
    | 'worker_token_revocations'
    | 'principal_revocations'
    | 'worker_join_tokens'
    | 'worker_credential_uses';
  readonly column: 'expires_at' | 'last_seen' | 'at';
}

/** @throws StoreError `invalid_input` */
export function checkedPruneRequest({
  before,
  limit = DEFAULT_PRUNE_LIMIT,
}: PruneRequest): Required<PruneRequest> {
  requireTime(before, 'before');
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_PRUNE_LIMIT) {
    throw new StoreError('invalid_input', `prune limit must be between 1 and ${MAX_PRUNE_LIMIT}`);
  }
  return { before, limit };
}

/** Deletes the oldest rows and tells how many; rows that another process is deleting are left to it. */
export async function deleteOldest(
  db: Kysely<StoreSchema>,
  { table, column }: AgingTable,
  request: PruneRequest,
): Promise<number> {
  const { before, limit } = checkedPruneRequest(request);
  const { numAffectedRows = 0n } = await sql`
    with doomed as materialized (
      select id from ${sql.table(table)} where ${sql.ref(column)} < ${before}
      order by ${sql.ref(column)} limit ${limit} for update skip locked)
    delete from ${sql.table(table)} as aged using doomed where aged.id = doomed.id`.execute(db);
  return Number(numAffectedRows);
}
