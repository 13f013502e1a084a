import type { AuditEvent } from '@stacyvm/store';
import { auditEventJson } from './audit-wire.js';

/** Those of the reference first, in its order. */
const COLUMNS = [
  'id',
  'created_at',
  'actor',
  'method',
  'path',
  'status',
  'duration_ms',
  'request_id',
  'remote_addr',
  'user_agent',
  'tenant_id',
  'category',
  'phase',
  'intent_id',
  'actor_kind',
  'actor_tenant_id',
  'credential_id',
  'action',
  'resource',
  'outcome',
  'reason',
  'detail',
  'event_id',
  'sequence',
  'prev_hash',
  'hash',
] as const;

export const CSV_HEADING = `${COLUMNS.join(',')}\r\n`;

/** One row of RFC 4180. */
export function csvRow(event: AuditEvent): string {
  const values = auditEventJson(event);
  const fields = COLUMNS.map((name) => {
    const value = values[name];
    return csvField(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
  return `${fields.join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula, behind white space and quotes as well, begins with an apostrophe. */
export function csvField(text: string): string {
  const harmless = /^[\s"']*[=+\-@\t\r|%\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
