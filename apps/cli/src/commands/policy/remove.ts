import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';

export const removeCommand = defineCommand({
  command: 'remove <id>',
  aliases: ['rm'],
  describe: 'Remove a global policy; needs the admin key. Those of files are changed in their files',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the policy, such as pl-…',
    }),
  handler: async (args) => {
    await connect(args).policies.remove(args.id);
    if (args.format === 'json') printJson({ id: args.id, status: 'deleted' });
    else print(`${args.id} removed`);
  },
});
