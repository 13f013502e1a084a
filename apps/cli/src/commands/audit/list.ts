import { auditFilter, auditFilterOptions } from '../../audit/filter-options.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { formatOption, localTime, print, printJson, table } from '../../output.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List what was done and refused, newest first; needs the admin key',
  builder: (yargs) =>
    formatOption(auditFilterOptions(connectionOptions(yargs))).option('limit', {
      type: 'number',
      default: 50,
      describe: 'How many at most',
    }),
  handler: async (args) => {
    const events = [];
    const query = { ...auditFilter(args), limit: Math.min(args.limit, 500) };
    for await (const event of connectAsPlatform(args).audit.list(query)) {
      events.push(event);
      if (events.length >= args.limit) break;
    }
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
