import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { policiesOf } from '../../policy/policies.js';

export const removeCommand = defineCommand({
  command: 'remove <id>',
  aliases: ['rm'],
  describe:
    'Remove a policy, a global one or with --tenant one of a tenant; those of files are changed in their files',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the policy, such as pl-…',
    }),
  handler: async (args) => {
    await policiesOf(args).remove(args.id);
    if (args.format === 'json') printJson({ id: args.id, status: 'deleted' });
    else print(`${args.id} removed`);
  },
});
