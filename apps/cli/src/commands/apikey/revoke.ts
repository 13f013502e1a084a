import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { ownerOption } from './owner.js';

export const revokeKeyCommand = defineCommand({
  command: 'revoke <id>',
  describe: 'Revoke an API key: every control plane refuses it within two seconds',
  builder: (yargs) =>
    ownerOption(formatOption(connectionOptions(yargs))).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the key, such as ak-…',
    }),
  handler: async ({ tenant, id, ...args }) => {
    const key = await connect(args).people.revokeKey(tenant, id);
    if (args.format === 'json') printJson(key);
    else print(`${key.id} (${key.name}) is revoked`);
  },
});
