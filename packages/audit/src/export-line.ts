import { AUDIT_CATEGORIES, AUDIT_OUTCOMES, AUDIT_PHASES, type AuditRecord } from './audit-record.js';
import { canonicalJson } from './canonical-json.js';
import { AuditError } from './errors.js';
import { type AuditStatement, STATEMENT_KINDS } from './statement.js';

/** A line of an export: a record, or a statement about its chain. */
export type ExportLine = AuditRecord | AuditStatement;

export function isStatement(line: ExportLine): line is AuditStatement {
  return 'statement' in line;
}

/** The canonical text of a line, without the line feed. */
export function exportLine(line: ExportLine): string {
  return canonicalJson(line);
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const position: Check = (value) => count(value) && value !== 0;
const hash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const time: Check = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
const first: Check = (value) => value === 1;
const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);

const RECORD: Readonly<Record<keyof AuditRecord, Check>> = {
  version: first,
  tenant: text,
  sequence: position,
  event_id: text,
  at: time,
  category: oneOf(AUDIT_CATEGORIES),
  phase: oneOf(AUDIT_PHASES),
  intent_id: text,
  actor_kind: text,
  actor_id: text,
  actor_tenant: text,
  credential_id: text,
  action: text,
  resource: text,
  outcome: oneOf(['', ...AUDIT_OUTCOMES]),
  reason: text,
  status: count,
  method: text,
  path: text,
  request_id: text,
  source_address: text,
  user_agent: text,
  duration_ms: count,
  detail: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  prev_hash: hash,
  hash,
};

const STATEMENT: Readonly<Record<keyof AuditStatement, Check>> = {
  statement: oneOf(STATEMENT_KINDS),
  version: first,
  tenant: text,
  sequence: count,
  hash,
  at: time,
  key_id: text,
  signature: text,
};

/**
 * Reads one line. It must be exactly what an export writes: a member that is there twice, in another order or unknown is
 * a change of it, whatever a lenient reader would make of it.
 *
 * @throws AuditError `malformed`
 */
export function parseExportLine(line: string): ExportLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw malformed('is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('is no object');
  const checks: Readonly<Record<string, Check>> = 'statement' in value ? STATEMENT : RECORD;
  const members = value as Readonly<Record<string, unknown>>;
  for (const [name, check] of Object.entries(checks)) {
    if (!Object.hasOwn(members, name)) throw malformed(`has no ${name}`);
    if (!check(members[name])) throw malformed(`has an invalid ${name}`);
  }
  if (Object.keys(members).length !== Object.keys(checks).length) throw malformed('has unknown members');
  if (canonicalOf(value) !== line) throw malformed('is not in its canonical form');
  return value as ExportLine;
}

function canonicalOf(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

function malformed(why: string): AuditError {
  return new AuditError('malformed', `the line ${why}`);
}
