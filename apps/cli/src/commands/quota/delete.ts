import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { formatOption, print, printJson } from '../../output.js';
import { holderOf, nameOf, ownerArgument } from './holder.js';

export const deleteCommand = defineCommand({
  command: 'delete [owner]',
  aliases: ['rm'],
  describe: 'Delete a quota, so that the settings hold again; needs the admin key',
  builder: (yargs) => ownerArgument(formatOption(connectionOptions(yargs))),
  handler: async (args) => {
    const holder = holderOf(args);
    await connect(args).quotas.remove(holder);
    if (args.format === 'json') printJson({ ...holder, status: 'deleted' });
    else print(`quota of ${nameOf(holder)} deleted`);
  },
});
