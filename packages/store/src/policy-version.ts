import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import type { StoreSchema } from './schema.js';

export async function readPolicyVersion(db: Kysely<StoreSchema>): Promise<number> {
  const row = await db.selectFrom('policy_version').select('version').executeTakeFirst();
  if (row === undefined) throw versionLost();
  return exactNumber(row.version, 'policy version');
}

/** Locks the row, and makes the version that of the clock and always more than before: a restored backup must not reach an old one. */
export async function raisePolicyVersion(transaction: Kysely<StoreSchema>): Promise<void> {
  const { rows } = await sql`
    update policy_version
    set version = greatest(version + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
    returning version`.execute(transaction);
  if (rows.length === 0) throw versionLost();
}

function versionLost(): StoreError {
  return new StoreError(
    'schema',
    'the table policy_version has lost its row; insert one with a version of at least 1',
  );
}
