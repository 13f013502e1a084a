import { DurationError } from './errors.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const GROUP = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
const MAX_LENGTH = 64;

/**
 * Parses a duration such as `30s`, `1h30m` or `1.5h` into milliseconds (which may be fractional).
 *
 * Grammar: worker protocol 0.2. An optional sign, then groups of a decimal number and one of the units
 * `ns us µs ms s m h`; the bare literal `0` is allowed. There are no days.
 *
 * @throws DurationError `empty`, `missing_unit`, `invalid` or `out_of_range`
 */
export function parseDuration(text: string): number {
  const quoted = JSON.stringify(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
  if (text === '') throw new DurationError('empty', 'a duration is required, such as 30s or 1h30m');
  const sign = text.startsWith('-') ? -1 : 1;
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0;
  if (body === '' || body.length > MAX_LENGTH) {
    throw new DurationError('invalid', `invalid duration ${quoted}; use a form such as 30s or 1h30m`);
  }
  let milliseconds = 0;
  GROUP.lastIndex = 0;
  while (GROUP.lastIndex < body.length) {
    const start = GROUP.lastIndex;
    const group = GROUP.exec(body);
    if (group === null) {
      if (/^(\d+\.?\d*|\.\d+)$/.test(body.slice(start))) {
        throw new DurationError(
          'missing_unit',
          `missing unit in duration ${quoted}; use ns, us, ms, s, m or h`,
        );
      }
      throw new DurationError('invalid', `invalid duration ${quoted}; use a form such as 30s or 1h30m`);
    }
    milliseconds += Number(group[1]) * (UNIT_MS[group[2] ?? ''] ?? Number.NaN);
  }
  if (!(milliseconds <= Number.MAX_SAFE_INTEGER)) {
    throw new DurationError('out_of_range', `duration ${quoted} is too long`);
  }
  return sign * milliseconds || 0;
}
