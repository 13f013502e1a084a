import { defineCommand } from '../../command.js';
import { addCommand } from './add.js';
import { lintCommand } from './lint.js';
import { listCommand } from './list.js';
import { removeCommand } from './remove.js';
import { replayCommand } from './replay.js';
import { testCommand } from './test.js';

/** What stands below the word `policy`. */
export const policyCommand = defineCommand({
  command: 'policy',
  describe: 'List, add, remove, test, judge and replay the policies of images, providers and networks',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(addCommand)
      .command(removeCommand)
      .command(testCommand)
      .command(lintCommand)
      .command(replayCommand)
      .demandCommand(
        1,
        'stacyvm policy takes a word: list, add, remove, test, lint or replay; stacyvm policy --help',
      ),
  handler: async () => undefined,
});
