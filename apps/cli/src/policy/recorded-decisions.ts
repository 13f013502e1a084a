import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { RESOURCE_TYPES, type RecordedDecision } from '@stacyvm/policy';
import { CommandFailure } from '../failure.js';

const ACTION = 'policy.decide';

/**
 * The decisions in an export of the audit (NDJSON), in its order. Other events are passed over; a line that cannot be read is not.
 *
 * @param since older ones are left out
 * @throws CommandFailure 2, with the number of the line
 */
export async function* recordedDecisions(
  file: string,
  since: Date | undefined,
): AsyncGenerator<RecordedDecision> {
  const input = createReadStream(file, 'utf8');
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() === '') continue;
      const event = objectOf(text);
      if (event === undefined) throw unreadable(file, line, 'it is no JSON object');
      if (event['action'] !== ACTION || event['phase'] === 'intent') continue;
      const at = new Date(String(event['at'] ?? event['created_at']));
      if (Number.isNaN(at.getTime())) throw unreadable(file, line, 'it has no time');
      if (since !== undefined && at < since) continue;
      const decision = decisionOf(event['detail']);
      if (decision === undefined) throw unreadable(file, line, `it is no complete ${ACTION}`);
      yield decision;
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${file} cannot be read`, 2, { cause: error });
  } finally {
    input.destroy();
  }
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

function unreadable(file: string, line: number, why: string): CommandFailure {
  return new CommandFailure(`${file}:${line} cannot be replayed: ${why}`, 2);
}
