import { defineCommand } from '../../command.js';
import { checkCommand } from './check.js';
import { bearerRevocationsCommand, unrevokeBearersCommand } from './revocations.js';
import { revokeBearersCommand } from './revoke.js';

/** What stands below the word `auth`. */
export const authCommand = defineCommand({
  command: 'auth',
  describe: 'Tell what a credential would be, and revoke bearer tokens of people',
  builder: (yargs) =>
    yargs
      .command(checkCommand)
      .command(revokeBearersCommand)
      .command(bearerRevocationsCommand)
      .command(unrevokeBearersCommand)
      .demandCommand(
        1,
        'stacyvm auth takes a word: check, revoke, revocations or unrevoke; stacyvm auth --help',
      ),
  handler: async () => undefined,
});
