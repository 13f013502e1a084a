import { defineCommand } from '../../command.js';
import { lintCommand } from './lint.js';

/** What stands below the word `config`. */
export const configCommand = defineCommand({
  command: 'config',
  describe: 'Check the configuration',
  builder: (yargs) =>
    yargs.command(lintCommand).demandCommand(1, 'stacyvm config takes a word: lint; stacyvm config --help'),
  handler: async () => undefined,
});
