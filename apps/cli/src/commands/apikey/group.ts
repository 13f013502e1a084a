import { defineCommand } from '../../command.js';
import { createKeyCommand } from './create.js';
import { listKeysCommand } from './list.js';
import { revokeKeyCommand } from './revoke.js';

/** What stands below the word `apikey`. */
export const apiKeyCommand = defineCommand({
  command: 'apikey',
  describe: 'Make, list and revoke API keys of tenants and of the platform',
  builder: (yargs) =>
    yargs
      .command(createKeyCommand)
      .command(listKeysCommand)
      .command(revokeKeyCommand)
      .demandCommand(1, 'stacyvm apikey takes a word: create, list or revoke; stacyvm apikey --help'),
  handler: async () => undefined,
});
