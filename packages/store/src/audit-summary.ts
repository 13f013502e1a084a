import { type Kysely, sql } from 'kysely';
import { exactNumber } from './input-rules.js';
import type { StoreSchema } from './schema.js';

/** How far some chains have come. */
export interface ChainsProgress {
  /** Events that were ever appended to them, those that were pruned too. */
  readonly appended: number;
  /** Events that neither a checkpoint nor an anchor covers. */
  readonly unsigned: number;
  /** When the oldest of these happened; undefined when there is none. */
  readonly unsignedSince: Date | undefined;
}

/** All chains in a few numbers. */
export interface AuditSummary {
  readonly platform: ChainsProgress;
  /** Of all tenants together. */
  readonly tenants: ChainsProgress;
  /** How many chains there are, that of the platform among them. */
  readonly chains: number;
}

interface Row {
  readonly of_platform: boolean;
  readonly chains: string;
  readonly appended: string;
  readonly unsigned: string;
  readonly unsigned_since: Date | null;
}

/** It reads the heads, and one event of each chain that has something unsigned. */
export async function summarizeAudit(db: Kysely<StoreSchema>): Promise<AuditSummary> {
  const { rows } = await sql<Row>`
    with ends as (
      select tenant, sequence, greatest(checkpoint_sequence, anchor_sequence) as signed from audit_heads)
    select ends.tenant = '' as of_platform, count(*) as chains, sum(ends.sequence)::bigint as appended,
      sum(ends.sequence - ends.signed)::bigint as unsigned, min(first.at) as unsigned_since
    from ends
    left join audit_events as first
      on first.tenant = ends.tenant and first.sequence = ends.signed + 1 and ends.signed < ends.sequence
    group by 1`.execute(db);
  return {
    platform: progressOf(rows.find((row) => row.of_platform)),
    tenants: progressOf(rows.find((row) => !row.of_platform)),
    chains: rows.reduce((sum, row) => sum + exactNumber(row.chains, 'audit chains'), 0),
  };
}

function progressOf(row: Row | undefined): ChainsProgress {
  if (row === undefined) return { appended: 0, unsigned: 0, unsignedSince: undefined };
  return {
    appended: exactNumber(row.appended, 'audit sequence'),
    unsigned: exactNumber(row.unsigned, 'audit sequence'),
    unsignedSince: row.unsigned_since ?? undefined,
  };
}
