import { createLatencyHistogram } from './latency-histogram.js';

/** What became of one kind of operation. */
export interface OperationResult {
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that succeeded. */
  readonly rate_per_second: number;
  /** Of those that succeeded; null when none did. */
  readonly latency_ms: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  } | null;
  /** How many failed, by reason. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Counts operations of one kind. */
export interface Tally {
  succeeded(latencyMs: number): void;
  failed(error: unknown): void;
  result(elapsedMs: number): OperationResult;
}

export function createTally(): Tally {
  const latencies = createLatencyHistogram();
  const errors = new Map<string, number>();
  let failed = 0;

  return {
    succeeded: (latencyMs) => latencies.record(latencyMs),
    failed(error) {
      const reason = reasonOf(error);
      failed += 1;
      errors.set(reason, (errors.get(reason) ?? 0) + 1);
    },
    result: (elapsedMs) => ({
      succeeded: latencies.count,
      failed,
      rate_per_second: rounded(elapsedMs > 0 ? latencies.count / (elapsedMs / 1000) : 0),
      latency_ms:
        latencies.max === undefined
          ? null
          : {
              p50: rounded(latencies.quantile(0.5) ?? 0),
              p95: rounded(latencies.quantile(0.95) ?? 0),
              p99: rounded(latencies.quantile(0.99) ?? 0),
              max: rounded(latencies.max),
            },
      errors: Object.fromEntries([...errors].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The most telling stable word that an error has: the control plane's reason, else how the call failed. */
export function reasonOf(error: unknown): string {
  const { reason, code, kind, name } = error as Partial<Record<'reason' | 'code' | 'kind' | 'name', unknown>>;
  const word = [reason, kind, code, name].find((text) => typeof text === 'string' && text !== '');
  return typeof word === 'string' ? word : 'unknown';
}
