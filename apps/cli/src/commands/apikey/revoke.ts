import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { keysOf, ownerOption } from './owner.js';

export const revokeKeyCommand = defineCommand({
  command: 'revoke <id>',
  describe: 'Revoke an API key: every control plane refuses it within two seconds',
  builder: (yargs) =>
    ownerOption(formatOption(connectionOptions(yargs))).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the key, such as ak-…',
    }),
  handler: async (args) => {
    const { owner, people } = keysOf(args);
    const key = await people.revokeKey(owner, args.id);
    if (args.format === 'json') printJson(key);
    else print(`${key.id} (${key.name}) is revoked`);
  },
});
