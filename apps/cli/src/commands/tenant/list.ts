import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';
import { tenantsOf } from '../../tenant-administration.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List the tenants, newest first; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('owner', { type: 'string', requiresArg: true, describe: 'Only those of this owner' })
      .option('name', {
        type: 'string',
        requiresArg: true,
        describe: 'Only those whose name begins like this',
      }),
  handler: async (args) => {
    const filter = { ownerId: args.owner, namePrefix: args.name };
    const tenants = await collect(tenantsOf(args).list(filter));
    if (args.format === 'json') return printJson(tenants);
    if (tenants.length === 0) return print('no tenants');
    print(
      table(
        ['ID', 'NAME', 'OWNER', 'STATE', 'CREATED'],
        tenants.map((tenant) => [
          tenant.id,
          printable(tenant.name),
          tenant.owner_id === '' ? '' : printable(tenant.owner_id),
          tenant.state,
          localTime(tenant.created_at),
        ]),
      ),
    );
  },
});
