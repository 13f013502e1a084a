import { defineCommand } from '../../command.js';
import { initCommand } from './init.js';

/** What stands below the word `tls`. */
export const tlsCommand = defineCommand({
  command: 'tls',
  describe: 'Make certificates for trying out TLS',
  builder: (yargs) =>
    yargs.command(initCommand).demandCommand(1, 'stacyvm tls takes a word: init; stacyvm tls --help'),
  handler: async () => undefined,
});
