/** How long calls took, in milliseconds. */
export interface LatencySummary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The smallest of the values that as many of them as asked for do not exceed; all 0 when there are none. */
export function summarizeLatencies(milliseconds: readonly number[]): LatencySummary {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
