import type { components } from '@stacyvm/api';
import type { Auditing } from '../audit/open-audit.js';

type AuditSummary = components['schemas']['Diagnostics']['audit'];

export type DiagnosedAudit = Pick<Auditing, 'signingKey' | 'sinks'>;

/** Without the names of the sinks: they are values of settings. */
export async function auditJson({ signingKey, sinks }: DiagnosedAudit): Promise<AuditSummary> {
  return {
    signed: signingKey !== undefined,
    sinks: (await sinks()).map(
      ({ kind, state, problem, waitingRecords, lagSeconds, delivered, failures, missed }) => ({
        kind,
        state,
        ...(problem === undefined ? {} : { problem }),
        waiting_records: waitingRecords,
        lag_seconds: lagSeconds,
        delivered_total: delivered,
        failures_total: failures,
        missed_total: missed,
      }),
    ),
  };
}
