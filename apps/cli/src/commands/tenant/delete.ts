import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { tenantsOf } from '../../tenant-administration.js';

export const deleteCommand = defineCommand({
  command: 'delete <id>',
  describe: 'Delete a tenant; needs the admin key. Refused while something belongs to it',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('id', { type: 'string', demandOption: true, describe: 'Id of the tenant' })
      .option('cascade', {
        type: 'boolean',
        default: false,
        describe: 'Destroy its sandboxes, and delete its members, keys and policies with it',
      }),
  handler: async (args) => {
    await tenantsOf(args).remove(args.id, { cascade: args.cascade });
    if (args.format === 'json') printJson({ id: args.id, status: 'deleted' });
    else print(`${args.id} deleted`);
  },
});
