import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { parseSettings, tenantsOf } from '../../tenant-administration.js';

export const createCommand = defineCommand({
  command: 'create <name>',
  describe: 'Create a tenant and print its id; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('name', { type: 'string', demandOption: true, describe: 'For people' })
      .option('id', { type: 'string', requiresArg: true, describe: 'Its id; made up unless given' })
      .option('owner', { type: 'string', requiresArg: true, describe: 'Who asked for it; gives no rights' })
      .option('settings', { type: 'string', requiresArg: true, describe: 'Any JSON, for your own use' }),
  handler: async (args) => {
    const { id, name, owner, settings } = args;
    const tenant = await tenantsOf(args).create({
      name,
      ...(id === undefined ? {} : { id }),
      ...(owner === undefined ? {} : { owner_id: owner }),
      ...(settings === undefined ? {} : { settings: parseSettings(settings) }),
    });
    if (args.format === 'json') printJson(tenant);
    else print(tenant.id);
  },
});
