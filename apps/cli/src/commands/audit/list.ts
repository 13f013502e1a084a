import { auditSubject, auditSubjectOptions } from '../../audit/audit-subject.js';
import { auditFilter, auditFilterOptions } from '../../audit/filter-options.js';
import { latestEvents } from '../../audit/latest-events.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, localTime, print, printJson, table } from '../../output.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe:
    'List what was done and refused, newest first; needs the admin key, or that of a tenant with --tenant',
  builder: (yargs) =>
    formatOption(auditFilterOptions(auditSubjectOptions(connectionOptions(yargs))))
      .option('limit', { type: 'number', requiresArg: true, default: 50, describe: 'How many at most' })
      .example('stacyvm audit list --since 24h --outcome denied', 'what was refused in the last day')
      .example('stacyvm audit list --tenant research --actor oidc:ada', 'what ada did to a tenant'),
  handler: async (args) => {
    const { limit } = args;
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new CommandFailure('--limit must be a whole number above zero', 2);
    const subject = auditSubject(args, { kind: 'all' });
    const events = await latestEvents(connectAsPlatform(args).audit, subject, auditFilter(args), limit);
    if (args.format === 'json') return printJson(events);
    if (events.length === 0) return print('nothing is recorded that matches');
    print(
      table(
        ['TIME', 'TENANT', 'ACTOR', 'ACTION', 'RESOURCE', 'OUTCOME', 'REASON'],
        events.map((event) => [
          localTime(event.created_at),
          event.tenant_id === '' ? '-' : printable(event.tenant_id),
          event.actor === '' ? '-' : printable(event.actor),
          printable(event.action),
          event.resource === '' ? '-' : printable(event.resource),
          event.outcome === '' ? 'intent' : event.outcome,
          event.reason === '' ? '' : printable(event.reason),
        ]),
      ),
    );
  },
});
