import { ApiError, type Quota, type SetQuota } from '@stacyvm/api';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { given } from '../../given.js';
import { formatOption, print, printJson } from '../../output.js';
import { holderOf, nameOf, ownerArgument } from './holder.js';

export const setCommand = defineCommand({
  command: 'set [owner]',
  describe: 'Set limits of an owner or a tenant, and keep the others that it has; needs the admin key',
  builder: (yargs) =>
    ownerArgument(formatOption(connectionOptions(yargs)))
      .options({
        sandboxes: { type: 'number', requiresArg: true, describe: 'Sandboxes at once; 0 is no limit' },
        'memory-mb': { type: 'number', requiresArg: true, describe: 'Memory of all of them, in MB' },
        vcpus: { type: 'number', requiresArg: true, describe: 'Virtual processors of all of them' },
        ttl: { type: 'string', requiresArg: true, describe: 'Longest life of a sandbox; 0s is no limit' },
        'exec-timeout': { type: 'string', requiresArg: true, describe: 'Longest timeout of an exec' },
        tokens: { type: 'number', requiresArg: true, describe: 'Worker and join tokens in a minute' },
      })
      .example('stacyvm quota set ada --sandboxes 20 --ttl 8h', 'one owner')
      .example('stacyvm quota set --tenant tn-… --memory-mb 65536', 'a whole tenant'),
  handler: async (args) => {
    const holder = holderOf(args);
    const counts = {
      sandboxes: args.sandboxes,
      'memory-mb': args.memoryMb,
      vcpus: args.vcpus,
      tokens: args.tokens,
    };
    for (const [name, value] of Object.entries(counts)) {
      if (value !== undefined && !Number.isSafeInteger(value))
        throw new CommandFailure(`--${name} must be a whole number`, 2);
    }
    const change: SetQuota = given({
      max_sandboxes: args.sandboxes,
      max_memory_mb: args.memoryMb,
      max_vcpus: args.vcpus,
      max_ttl: args.ttl,
      max_exec_timeout: args.execTimeout,
      max_token_issues_per_minute: args.tokens,
    });
    if (Object.keys(change).length === 0)
      throw new CommandFailure('name a limit to set, such as --sandboxes 20', 2);
    const { quotas } = connect(args);
    const before = await quotas.get(holder).catch((error: unknown) => {
      if (error instanceof ApiError && error.reason === 'quota_not_found') return undefined;
      throw error;
    });
    const quota = await quotas.set(holder, { ...limitsOf(before), ...change });
    if (args.format === 'json') printJson(quota);
    else print(`quota of ${nameOf(holder)} set`);
  },
});

function limitsOf(quota: Quota | undefined): SetQuota {
  if (quota === undefined) return {};
  const { owner_id, tenant_id, created_at, updated_at, ...limits } = quota;
  return limits;
}
