import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption } from '../../output.js';
import { printTenant, tenantsOf } from '../../tenant-administration.js';

export const showCommand = defineCommand({
  command: 'show <id>',
  describe: 'Show a tenant; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the tenant',
    }),
  handler: async (args) => printTenant(await tenantsOf(args).get(args.id), args.format),
});
