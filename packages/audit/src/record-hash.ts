import { createHash } from 'node:crypto';
import type { AuditRecord, UnchainedRecord } from './audit-record.js';
import { canonicalJson } from './canonical-json.js';

/** What the first record of a chain follows. */
export const GENESIS_HASH = '0'.repeat(64);

/** Keeps a hash of a record apart from a hash of anything else. */
const DOMAIN = 'stacyvm-audit-record-v1\n';

/** The end of a chain: its last record. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainEnd = { sequence: 0, hash: GENESIS_HASH };

/**
 * SHA-256 in hex over `stacyvm-audit-record-v1`, a line feed, and the canonical JSON of the record without `hash`.
 *
 * @throws AuditError `not_canonical`
 */
export function recordHash(record: Omit<AuditRecord, 'hash'>): string {
  const { hash: _own, ...content } = record as AuditRecord;
  return createHash('sha256').update(DOMAIN).update(canonicalJson(content)).digest('hex');
}

/** Puts a record behind the end of its chain. @throws AuditError `not_canonical` */
export function chainRecord(end: ChainEnd, record: UnchainedRecord): AuditRecord {
  const content = { ...record, sequence: end.sequence + 1, prev_hash: end.hash };
  return { ...content, hash: recordHash(content) };
}
