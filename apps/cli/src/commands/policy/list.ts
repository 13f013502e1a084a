import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, print, printJson, table } from '../../output.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List the global policies in the order of decision; needs the admin key',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const policies = await collect(connect(args).policies.list());
    if (args.format === 'json') return printJson(policies);
    if (policies.length === 0) return print('no policies: everything is permitted');
    print(
      table(
        ['ID', 'TYPE', 'EFFECT', 'PATTERN', 'PRIORITY', 'MODE', 'DESCRIPTION'],
        policies.map((policy) => [
          policy.id,
          policy.resource_type,
          policy.effect,
          policy.pattern,
          String(policy.priority),
          policy.mode,
          policy.description === '' ? '' : printable(policy.description),
        ]),
      ),
    );
  },
});
