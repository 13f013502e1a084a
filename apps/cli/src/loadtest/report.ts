import { table } from '../output.js';
import type { OperationResult } from './tally.js';
import type { Measured } from './test-clock.js';

/** The result of a load test; `details` is what the kind of test adds. */
export interface LoadTestReport {
  readonly kind: 'heartbeats' | 'spawns';
  readonly server: string;
  readonly duration_seconds: number;
  /** Ended by a signal before its time. */
  readonly interrupted: boolean;
  readonly operations: Readonly<Record<string, OperationResult>>;
  readonly client_cpu: Measured['cpu'];
  readonly details: Readonly<Record<string, unknown>>;
}

export function reportText(report: LoadTestReport, summary: readonly string[]): string {
  const operations = Object.entries(report.operations);
  const rows = operations.map(([name, { succeeded, failed, rate_per_second, latency_ms }]) => [
    name,
    String(succeeded),
    String(failed),
    rate_per_second.toFixed(1),
    ...(latency_ms === null
      ? ['-', '-', '-', '-']
      : [latency_ms.p50, latency_ms.p95, latency_ms.p99, latency_ms.max].map((ms) => ms.toFixed(1))),
  ]);
  const errors = operations.flatMap(([name, { errors: byReason }]) =>
    Object.entries(byReason).map(([reason, count]) => `error  ${name}: ${reason} ${count}`),
  );
  const { seconds, percent_of_one_core } = report.client_cpu;
  return [
    `${report.kind} at ${report.server}, ${report.duration_seconds.toFixed(1)} s${report.interrupted ? ', interrupted' : ''}`,
    table(['OPERATION', 'OK', 'FAILED', 'PER S', 'P50 MS', 'P95 MS', 'P99 MS', 'MAX MS'], rows),
    ...errors,
    `this process took ${seconds.toFixed(1)} s of CPU, ${percent_of_one_core.toFixed(0)} % of a core`,
    ...summary,
  ].join('\n');
}
