import { AuditError } from './errors.js';

/** Deeper values are refused: a hostile record must not exhaust the stack of its verifier. */
const MAX_DEPTH = 64;

/**
 * The canonical JSON text of a value, as RFC 8785 (JCS) has it: no white space, members sorted by their UTF-16 code
 * units, numbers and strings as ECMAScript writes them.
 *
 * @throws AuditError `not_canonical` for what JSON cannot express exactly: other types, undefined, lone surrogates,
 * numbers that are not finite
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0);
}

function textOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw notCanonical(`is nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonical('has a number that is not finite');
    // Negative zero is written as zero.
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw notCanonical(`has a value of type ${typeof value}`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw notCanonical('has a value that is no data');
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${quoted(name)}:${textOf(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function quoted(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw notCanonical('has a text that is not well-formed');
  return JSON.stringify(text);
}

function notCanonical(why: string): AuditError {
  return new AuditError('not_canonical', `the value ${why}`);
}
