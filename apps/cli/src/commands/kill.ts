import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, print, printJson } from '../output.js';

export const killCommand = defineCommand({
  command: 'kill <ids..>',
  describe: 'Destroy sandboxes, and all that is in them',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('ids', { type: 'string', array: true, demandOption: true, describe: 'Ids of sandboxes' })
      .example('stacyvm kill sb-… sb-…', 'one after the other, until one fails'),
  handler: async (args) => {
    const client = connect(args);
    for (const id of args.ids) {
      await client.destroy(id);
      if (args.format === 'json') printJson({ id, status: 'destroyed' });
      else print(`${id} destroyed`);
    }
  },
});
