import { defineCommand } from '../../command.js';
import { createCommand } from './create.js';
import { deleteCommand } from './delete.js';
import { listCommand } from './list.js';
import { memberCommand } from './members.js';
import { showCommand } from './show.js';
import { updateCommand } from './update.js';

/** What stands below the word `tenant`. */
export const tenantCommand = defineCommand({
  command: 'tenant',
  describe: 'Create, list, show, change and delete the tenants that share the fleet, and their members',
  builder: (yargs) =>
    yargs
      .command(createCommand)
      .command(listCommand)
      .command(showCommand)
      .command(updateCommand)
      .command(deleteCommand)
      .command(memberCommand)
      .demandCommand(
        1,
        'stacyvm tenant takes a word: create, list, show, update, delete or member; stacyvm tenant --help',
      ),
  handler: async () => undefined,
});
