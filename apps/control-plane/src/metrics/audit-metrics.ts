import type { AuditSummary, Store } from '@stacyvm/store';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Auditing } from '../audit/open-audit.js';
import { readMetrics } from './read-metrics.js';
import { createRecentCount } from './recent-count.js';

/** What is read of the audit when the metrics are. */
export interface MeasuredAudit {
  readonly store: Pick<Store, 'audit'>;
  readonly auditing: Pick<Auditing, 'signingKey' | 'status' | 'sinks'>;
  readonly clock: () => Date;
}

const NONE = { appended: 0, unsigned: 0, unsignedSince: undefined };
const EMPTY: AuditSummary = { platform: NONE, tenants: NONE, chains: 0 };

/** Chains of tenants are counted together, as there may be any number; sinks are named as they are configured. */
export function observeAudit(registry: Registry, { store, auditing, clock }: MeasuredAudit): void {
  const registers = [registry];
  const summary = createRecentCount(EMPTY, () => store.audit.summary(), clock);
  const ofChains = (name: string, help: string, read: (of: AuditSummary['platform']) => number) =>
    new Gauge({
      name: `stacyvm_audit_${name}`,
      help,
      labelNames: ['chain'],
      registers,
      async collect() {
        const { platform, tenants } = await summary();
        this.set({ chain: 'platform' }, read(platform));
        this.set({ chain: 'tenants' }, read(tenants));
      },
    });
  ofChains(
    'head_sequence',
    'Where the chain of the platform ends, and the sum of where those of the tenants do.',
    ({ appended }) => appended,
  );
  ofChains(
    'unsigned_events',
    'Events that no checkpoint and no anchor covers yet.',
    ({ unsigned }) => unsigned,
  );
  ofChains(
    'checkpoint_age_seconds',
    'How long the oldest event has waited for a checkpoint; 0 when all are covered.',
    ({ unsignedSince }) =>
      unsignedSince === undefined ? 0 : Math.max(clock().getTime() - unsignedSince.getTime(), 0) / 1000,
  );
  new Gauge({
    name: 'stacyvm_audit_chains',
    help: 'Chains of the audit, that of the platform among them.',
    registers,
    async collect() {
      this.set((await summary()).chains);
    },
  });
  const { gauge, counter } = readMetrics(registry);
  gauge('audit_signed', '1: checkpoints are signed. 0: there is no signing key.', () =>
    Number(auditing.signingKey !== undefined),
  );
  counter('audit_events_total', 'Events that this control plane recorded.', () => auditing.status().written);
  counter(
    'audit_append_failures_total',
    'Events that are not in the database.',
    () => auditing.status().lost,
  );
  counter(
    'audit_mode_refusals_total',
    'What was refused because it could not be audited, and audit.mode is required.',
    () => auditing.status().refused,
  );
  counter(
    'audit_unrecorded_refusals_total',
    'Refusals that only the log has, because there were too many from one caller.',
    () => auditing.status().unrecordedRefusals,
  );
  observeSinks(registry, auditing);
}

/** What waits is the same on every control plane; the rest is of the one that delivers. */
function observeSinks(registry: Registry, { sinks }: Pick<Auditing, 'sinks'>): void {
  const metrics = [
    [Counter, 'delivered_events_total', 'Records that were sent, repetitions included.', 'delivered'],
    [Counter, 'failures_total', 'How often the sink did not take records.', 'failures'],
    [Counter, 'missed_events_total', 'Records that were gone before the sink had them.', 'missed'],
    [Gauge, 'waiting_events', 'Records that the sink has not had yet.', 'waitingRecords'],
    [Gauge, 'lag_seconds', 'How long the oldest of these has waited.', 'lagSeconds'],
  ] as const;
  const of = { labelNames: ['sink'] as const, registers: [registry] };
  for (const [Metric, name, help, field] of metrics) {
    new Metric({
      ...of,
      name: `stacyvm_audit_sink_${name}`,
      help,
      async collect() {
        const reports = await sinks();
        this.reset();
        for (const report of reports) this.inc({ sink: report.name }, report[field]);
      },
    });
  }
  new Gauge({
    ...of,
    name: 'stacyvm_audit_sink_up',
    help: '0: the sink does not take the records of this control plane. 1: it does, or another one delivers.',
    async collect() {
      for (const { name, state } of await sinks()) this.set({ sink: name }, Number(state !== 'failing'));
    },
  });
}
