import { defineCommand } from '../../command.js';
import { bundleCommand } from './bundle.js';

export const supportCommand = defineCommand({
  command: 'support',
  describe: 'Collect what somebody needs who is to help',
  builder: (yargs) =>
    yargs
      .command(bundleCommand)
      .demandCommand(1, 'stacyvm support takes a word: bundle; stacyvm support --help'),
  handler: async () => undefined,
});
