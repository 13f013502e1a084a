import { type AuditRecord, type ChainEnd, chainRecord, EMPTY_CHAIN } from '@stacyvm/audit';

/** The first records of a chain. */
export function sampleRecords(count: number, tenant = ''): readonly AuditRecord[] {
  let end: ChainEnd = EMPTY_CHAIN;
  return Array.from({ length: count }, (_, index) => {
    const record = chainRecord(end, {
      version: 1,
      tenant,
      event_id: `ae-${index + 1}`,
      at: '2030-01-01T00:00:00.000Z',
      category: 'admin',
      phase: 'outcome',
      intent_id: '',
      actor_kind: 'api_key',
      actor_id: 'ann',
      actor_tenant: '',
      credential_id: 'ak-1',
      action: 'worker.list',
      resource: 'wörker',
      outcome: index % 2 === 0 ? 'denied' : 'success',
      reason: '',
      status: 403,
      method: 'GET',
      path: '/',
      request_id: `req-${index + 1}`,
      source_address: '192.0.2.7',
      user_agent: '',
      duration_ms: 1,
      detail: {},
    });
    end = record;
    return record;
  });
}
