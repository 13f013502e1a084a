import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, print, printJson } from '../output.js';

export const logsCommand = defineCommand({
  command: 'logs <id>',
  describe: 'Print the last lines that programs in a sandbox wrote',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('id', { type: 'string', demandOption: true, describe: 'Sandbox' })
      .option('lines', { type: 'number', default: 100, describe: 'How many lines at most' })
      .example('stacyvm logs sb-… --lines 20', 'the last 20'),
  handler: async (args) => {
    const lines = await connect(args).logs(args.id, args.lines);
    if (args.format === 'json') return printJson(lines);
    for (const line of lines) print(line);
  },
});
