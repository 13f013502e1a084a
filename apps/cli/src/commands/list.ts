import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../output.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List the sandboxes that are not destroyed, newest first',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).example(
      'stacyvm list --format json',
      'with all that is known of each',
    ),
  handler: async (args) => {
    const sandboxes = await collect(connect(args).sandboxes());
    if (args.format === 'json') return printJson(sandboxes);
    if (sandboxes.length === 0) return print('no sandboxes');
    print(
      table(
        ['ID', 'STATE', 'PROVIDER', 'IMAGE', 'WORKER', 'CREATED', 'EXPIRES'],
        sandboxes.map((sandbox) => [
          sandbox.id,
          sandbox.state,
          sandbox.provider,
          sandbox.image,
          sandbox.worker_id ?? '',
          localTime(sandbox.created_at),
          localTime(sandbox.expires_at),
        ]),
      ),
    );
  },
});
