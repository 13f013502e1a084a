import { hostname } from 'node:os';
import { type AuditRecord, exportLine } from '@stacyvm/audit';

/** `log audit`. */
const FACILITY = 13;
const INFORMATIONAL = 6;
const WARNING = 4;

const HOST =
  hostname()
    .replaceAll(/[^!-~]/g, '')
    .slice(0, 255) || '-';

/** One record as a message of RFC 5424; its text is the line of an export, which names the chain and the place in it. */
export function syslogMessage(record: AuditRecord): string {
  const severity = record.outcome === 'success' || record.outcome === '' ? INFORMATIONAL : WARNING;
  const id = record.category.slice(0, 32);
  const header = `<${FACILITY * 8 + severity}>1 ${record.at} ${HOST} stacyvm ${process.pid} ${id}`;
  return `${header} - \uFEFF${exportLine(record)}`;
}
