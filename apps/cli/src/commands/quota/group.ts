import { defineCommand } from '../../command.js';
import { deleteCommand } from './delete.js';
import { listCommand } from './list.js';
import { setCommand } from './set.js';
import { showCommand } from './show.js';

/** What stands below the word `quota`. */
export const quotaCommand = defineCommand({
  command: 'quota',
  describe: 'List, show, set and delete how much owners and tenants may have',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(showCommand)
      .command(setCommand)
      .command(deleteCommand)
      .demandCommand(1, 'stacyvm quota takes a word: list, show, set or delete; stacyvm quota --help'),
  handler: async () => undefined,
});
