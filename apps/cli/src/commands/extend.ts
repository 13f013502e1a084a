import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, localTime, print, printJson } from '../output.js';

export const extendCommand = defineCommand({
  command: 'extend <id>',
  describe: 'Set anew how long a sandbox lives, counted from now',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('id', { type: 'string', demandOption: true, describe: 'Sandbox' })
      .option('ttl', { type: 'string', demandOption: true, describe: 'How long from now, such as 30m' })
      .example('stacyvm extend sb-… --ttl 1h', 'until an hour from now'),
  handler: async (args) => {
    const sandbox = await connect(args).extend(args.id, args.ttl);
    if (args.format === 'json') return printJson(sandbox);
    print(`${sandbox.id} lives until ${localTime(sandbox.expires_at)}`);
  },
});
