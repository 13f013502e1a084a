import { defineCommand } from '../../command.js';
import { initCommand } from './init.js';
import { lintCommand } from './lint.js';
import { schemaCommand } from './schema.js';
import { showCommand } from './show.js';
import { validateCommand } from './validate.js';

/** What stands below the word `config`. */
export const configCommand = defineCommand({
  command: 'config',
  describe: 'Write, check, judge and show the configuration',
  builder: (yargs) =>
    yargs
      .command(initCommand)
      .command(validateCommand)
      .command(lintCommand)
      .command(showCommand)
      .command(schemaCommand)
      .demandCommand(
        1,
        'stacyvm config takes a word: init, validate, lint, show or schema; stacyvm config --help',
      ),
  handler: async () => undefined,
});
