import { parseDuration } from '@stacyvm/duration';
import type { Argv } from 'yargs';
import { CommandFailure } from '../failure.js';
import { given } from '../given.js';
import type { AuditFilter } from './read-audit.js';

export interface AuditFilterArguments {
  readonly actor: string | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  readonly category: AuditFilter['category'];
  readonly outcome: AuditFilter['outcome'];
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** Which records a command is about. */
export function auditFilterOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('actor', { type: 'string', describe: 'Who, by the whole id' })
    .option('action', { type: 'string', describe: 'Such as sandbox.spawn' })
    .option('resource', { type: 'string', describe: 'Such as sandbox:sb-1' })
    .option('category', {
      choices: ['admin', 'operation', 'authentication', 'policy', 'system'] as const,
      describe: 'What kind',
    })
    .option('outcome', { choices: ['success', 'denied', 'failure'] as const, describe: 'How it ended' })
    .option('since', {
      type: 'string',
      describe: 'From this time on, such as 24h (that long ago) or 2030-01-01T00:00:00Z',
    })
    .option('until', { type: 'string', describe: 'Before this time' });
}

/** @throws CommandFailure with exit code 2 */
export function auditFilter(args: AuditFilterArguments, now = new Date()): AuditFilter {
  const { actor, action, resource, category, outcome } = args;
  return given({
    actor,
    action,
    resource,
    category,
    outcome,
    since: timeOf('since', args.since, now),
    until: timeOf('until', args.until, now),
  });
}

/** A time, or a duration before now. */
function timeOf(option: string, text: string | undefined, now: Date): string | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const time = new Date(text);
    if (!Number.isNaN(time.getTime())) return time.toISOString();
  }
  try {
    return new Date(now.getTime() - parseDuration(text)).toISOString();
  } catch (error) {
    throw new CommandFailure(
      `--${option} must be a time such as 2030-01-01T00:00:00Z or a duration such as 24h`,
      2,
      {
        cause: error,
      },
    );
  }
}
