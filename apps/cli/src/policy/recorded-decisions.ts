import type { ApiClient } from '@stacyvm/api';
import { RESOURCE_TYPES, type RecordedDecision } from '@stacyvm/policy';
import type { AuditSubject } from '../audit/audit-subject.js';
import { matchingLines } from '../audit/read-audit.js';
import { CommandFailure } from '../failure.js';

const ACTION = 'policy.decide';

/**
 * The decisions in lines of an export of the audit (NDJSON), in its order. Other events are passed over; a line that cannot
 * be read is not.
 *
 * @param source of the lines, as messages name it
 * @param since older ones are left out
 * @throws CommandFailure 2, with the number of the line
 */
export async function* recordedDecisions(
  lines: AsyncIterable<string>,
  source: string,
  since: Date | undefined,
): AsyncGenerator<RecordedDecision> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    const event = objectOf(text);
    if (event === undefined) throw unreadable(source, line, 'it is no JSON object');
    if (event['action'] !== ACTION || event['phase'] === 'intent') continue;
    const at = new Date(String(event['at'] ?? event['created_at']));
    if (Number.isNaN(at.getTime())) throw unreadable(source, line, 'it has no time');
    if (since !== undefined && at < since) continue;
    const decision = decisionOf(event['detail']);
    if (decision === undefined) throw unreadable(source, line, `it is no complete ${ACTION}`);
    yield decision;
  }
}

/** Lines with the decisions about a tenant, the platform or all, the newest first. */
export function liveDecisions(
  { audit }: ApiClient,
  since: Date | undefined,
  subject: AuditSubject,
): AsyncIterable<string> {
  const filter = { action: ACTION, ...(since === undefined ? {} : { since: since.toISOString() }) };
  return matchingLines(audit, subject, filter, 'ndjson');
}

function decisionOf(detail: unknown): RecordedDecision | undefined {
  if (!isObject(detail)) return undefined;
  const { allowed, tenant, rules = [] } = detail;
  const values = RESOURCE_TYPES.flatMap((type) => {
    const value = detail[type];
    return typeof value === 'string' ? [{ type, value }] : [];
  });
  if (typeof allowed !== 'boolean' || values.length === 0 || !Array.isArray(rules)) return undefined;
  const tenantId = typeof tenant === 'string' && tenant !== '' ? tenant : null;
  return { tenantId, values, allowed, ruleIds: rules.map(String) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(source: string, line: number, why: string): CommandFailure {
  return new CommandFailure(`${source}:${line} cannot be replayed: ${why}`, 2);
}
