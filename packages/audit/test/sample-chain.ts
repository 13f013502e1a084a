import {
  type AuditRecord,
  type AuditSigningKey,
  type ChainEnd,
  chainRecord,
  EMPTY_CHAIN,
  exportLine,
  makeStatement,
  type StatementKind,
  type UnchainedRecord,
} from '../src/index.js';

export function unchained(overrides: Partial<UnchainedRecord> = {}): UnchainedRecord {
  return {
    version: 1,
    tenant: 'tn-1',
    event_id: 'ae-1',
    at: '2030-01-01T00:00:00.000Z',
    category: 'operation',
    phase: 'outcome',
    intent_id: '',
    actor_kind: 'api_key',
    actor_id: 'ann',
    actor_tenant: 'tn-1',
    credential_id: 'ak-1',
    action: 'sandbox.spawn',
    resource: 'sandbox:sb-1',
    outcome: 'success',
    reason: '',
    status: 201,
    method: 'POST',
    path: '/api/v1/sandboxes',
    request_id: 'req-1',
    source_address: '192.0.2.7',
    user_agent: 'stacyvm/1',
    duration_ms: 12,
    detail: { image: 'host', memory_mb: 256 },
    ...overrides,
  };
}

/** So many records, one after the other. */
export function chainOf(count: number, end: ChainEnd = EMPTY_CHAIN, tenant = 'tn-1'): AuditRecord[] {
  const records: AuditRecord[] = [];
  let last = end;
  for (let n = 0; n < count; n += 1) {
    const record = chainRecord(last, unchained({ tenant, event_id: `ae-${last.sequence + 1}` }));
    records.push(record);
    last = record;
  }
  return records;
}

export function statementOn(
  kind: StatementKind,
  { sequence, hash }: ChainEnd,
  key?: AuditSigningKey,
  tenant = 'tn-1',
): string {
  return exportLine(
    makeStatement({ statement: kind, tenant, sequence, hash, at: '2030-01-01T00:00:01.000Z' }, key),
  );
}

/** A whole export: pruned up to `pruned`, a checkpoint after every `every` records, and a head. */
export function exportOf(
  { pruned, count, every }: { readonly pruned: number; readonly count: number; readonly every: number },
  key?: AuditSigningKey,
): string[] {
  const all = chainOf(pruned + count);
  const at = (sequence: number): ChainEnd => all[sequence - 1] ?? EMPTY_CHAIN;
  const lines = pruned === 0 ? [] : [statementOn('anchor', at(pruned), key)];
  for (const record of all.slice(pruned)) {
    lines.push(exportLine(record));
    if (record.sequence % every === 0) lines.push(statementOn('checkpoint', record, key));
  }
  lines.push(statementOn('head', at(pruned + count), key));
  return lines;
}
