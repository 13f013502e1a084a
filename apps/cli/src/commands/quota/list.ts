import type { Quota } from '@stacyvm/api';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, print, printJson, table } from '../../output.js';
import { printable } from '../../worker-token/printable.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List the quotas of owners; needs the admin key',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const quotas = await collect(connect(args).quotas.list());
    if (args.format === 'json') return printJson(quotas);
    if (quotas.length === 0) return print('no quotas of owners: the settings hold for all of them');
    print(
      table(
        ['OWNER', 'SANDBOXES', 'MEMORY', 'VCPUS', 'TTL', 'EXEC TIMEOUT', 'TOKENS/MIN'],
        quotas.map((quota) => [printable(quota.owner_id ?? ''), ...limitsOf(quota)]),
      ),
    );
  },
});

function limitsOf(quota: Quota): readonly string[] {
  const memory = quota.max_memory_mb === 0 ? '-' : `${quota.max_memory_mb} MB`;
  return [
    count(quota.max_sandboxes),
    memory,
    count(quota.max_vcpus),
    time(quota.max_ttl),
    time(quota.max_exec_timeout),
    count(quota.max_token_issues_per_minute),
  ];
}

/** A dash is what this quota does not limit. */
function count(limit: number): string {
  return limit === 0 ? '-' : String(limit);
}

function time(limit: string): string {
  return limit === '0s' ? '-' : limit;
}
