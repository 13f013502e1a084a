import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { formatOption, print, printJson, table } from '../../output.js';
import { policiesOf } from '../../policy/policies.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe:
    'List the policies in the order of decision: the global ones, and with --tenant those of a tenant',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const { tenant, list } = policiesOf(args);
    const policies = await list();
    if (args.format === 'json') return printJson(policies);
    if (policies.length === 0) return print('no policies: everything is permitted');
    print(
      table(
        [
          'ID',
          ...(tenant === undefined ? [] : ['TENANT']),
          'TYPE',
          'EFFECT',
          'PATTERN',
          'PRIORITY',
          'MODE',
          'DESCRIPTION',
        ],
        policies.map((policy) => [
          policy.id,
          ...(tenant === undefined ? [] : [policy.tenant_id === '' ? '-' : policy.tenant_id]),
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
