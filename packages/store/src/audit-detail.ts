import { StoreError } from './errors.js';
import { recordedJson } from './recorded-text.js';

/** Bytes of the detail as JSON text in UTF-8. */
export const MAX_AUDIT_DETAIL_BYTES = 2048;

/** Below what the canonical form takes, in which records are hashed: one that has none would hold up those beside it. */
const MAX_DEPTH = 32;

const CUT_MARK = '"truncated":true';

/**
 * The detail as JSON text of at most `MAX_AUDIT_DETAIL_BYTES`. Members that no longer fit or are nested too deep are left out and
 * `"truncated":true` says so: an entry must not be lost because its detail is too long.
 * @throws StoreError `invalid_input` when it is no object that JSON can express
 */
export function auditDetailJson(detail: Readonly<Record<string, unknown>>): string {
  const json = serialised(detail);
  if (!json.startsWith('{')) {
    throw new StoreError('invalid_input', 'audit detail must be an object');
  }
  if (Buffer.byteLength(json) <= MAX_AUDIT_DETAIL_BYTES && !isTooDeep(json)) {
    return json;
  }
  const kept: string[] = [];
  let room = MAX_AUDIT_DETAIL_BYTES - `{${CUT_MARK}}`.length;
  for (const [name, value] of Object.entries(detail)) {
    const member = name === 'truncated' ? '' : serialised({ [name]: value }).slice(1, -1);
    const bytes = Buffer.byteLength(member) + ','.length;
    if (member !== '' && bytes <= room && !isTooDeep(member)) {
      kept.push(member);
      room -= bytes;
    }
  }
  return `{${[...kept, CUT_MARK].join(',')}}`;
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function serialised(detail: Readonly<Record<string, unknown>>): string {
  try {
    return recordedJson(JSON.stringify(detail) ?? '');
  } catch (error) {
    throw new StoreError('invalid_input', 'audit detail cannot be expressed as JSON', { cause: error });
  }
}
