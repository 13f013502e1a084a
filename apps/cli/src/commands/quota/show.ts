import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { formatOption, print, printJson, table } from '../../output.js';
import { holderOf, nameOf, ownerArgument } from './holder.js';

export const showCommand = defineCommand({
  command: 'show [owner]',
  describe: 'Show what an owner or a tenant uses, and the limits that hold; needs the admin key',
  builder: (yargs) => ownerArgument(formatOption(connectionOptions(yargs))),
  handler: async (args) => {
    const holder = holderOf(args);
    const usage = await connect(args).quotas.usage(holder);
    if (args.format === 'json') return printJson(usage);
    const none = (limit: number) => (limit === 0 ? 'no limit' : String(limit));
    print(
      table(
        ['LIMIT', 'USED', 'MOST'],
        [
          ['sandboxes', String(usage.active_sandboxes), none(usage.max_sandboxes)],
          ['memory (MB)', String(usage.active_memory_mb), none(usage.max_memory_mb)],
          ['vcpus', String(usage.active_vcpus), none(usage.max_vcpus)],
          ['ttl', '', usage.max_ttl],
          ['exec timeout', '', usage.max_exec_timeout],
          ['tokens a minute', '', none(usage.max_token_issues_per_minute)],
        ],
      ),
    );
    if (!usage.quota_configured) print(`${nameOf(holder)} has no quota; these are the settings`);
  },
});
