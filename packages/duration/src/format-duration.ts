/**
 * Prints milliseconds in the canonical form of worker protocol 0.2: `0s`, `300ms`, `30s`, `5m0s`, `1h0m0s`, `1.5s`.
 * Fractions finer than a nanosecond are dropped.
 *
 * @param milliseconds a finite number
 * @throws RangeError when it is not finite
 */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) throw new RangeError('a duration must be finite');
  const sign = milliseconds < 0 ? '-' : '';
  const total = Math.abs(milliseconds);
  if (total < 1e-6) return '0s';
  if (total < 1e-3) return `${sign}${decimal(total * 1e6, 0)}ns`;
  if (total < 1) return `${sign}${decimal(total * 1e3, 3)}µs`;
  if (total < 1_000) return `${sign}${decimal(total, 6)}ms`;
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = `${decimal((total % 60_000) / 1_000, 9)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}`;
  return `${sign}${seconds}`;
}

function decimal(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
