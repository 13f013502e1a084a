import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption } from '../../output.js';
import { parseSettings, printTenant, tenantsOf } from '../../tenant-administration.js';

export const updateCommand = defineCommand({
  command: 'update <id>',
  describe: 'Change a tenant and show it; needs the admin key',
  mayBeEmpty: ['owner'],
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('id', { type: 'string', demandOption: true, describe: 'Id of the tenant' })
      .option('name', { type: 'string', requiresArg: true, describe: 'For people' })
      .option('owner', { type: 'string', describe: 'Who asked for it; --owner= for nobody' })
      .option('settings', { type: 'string', requiresArg: true, describe: 'Any JSON' }),
  handler: async (args) => {
    const { name, owner, settings } = args;
    if (name === undefined && owner === undefined && settings === undefined) {
      throw new CommandFailure('say what to change: --name, --owner or --settings', 2);
    }
    const tenant = await tenantsOf(args).update(args.id, {
      ...(name === undefined ? {} : { name }),
      ...(owner === undefined ? {} : { owner_id: owner }),
      ...(settings === undefined ? {} : { settings: parseSettings(settings) }),
    });
    printTenant(tenant, args.format);
  },
});
