import type { SpawnRequest } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { given } from './given.js';
import { parsePairs } from './pairs.js';
import { printable } from './worker-token/printable.js';

export interface SpawnOptionArguments {
  readonly image: string | undefined;
  readonly provider: string | undefined;
  readonly ttl: string | undefined;
  readonly memory: number | undefined;
  readonly vcpus: number | undefined;
  readonly network: string | undefined;
  readonly owner: string | undefined;
  readonly metadata: readonly string[];
  readonly require: readonly string[];
}

/** The options of commands that spawn a sandbox. What is not given is left to the control plane's defaults. */
export function spawnOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('image', { type: 'string', describe: 'Image to run, such as host' })
    .option('provider', { type: 'string', describe: 'Provider to run it with' })
    .option('ttl', { type: 'string', describe: 'How long it may live, such as 30m' })
    .option('memory', { type: 'number', describe: 'Memory limit in MiB' })
    .option('vcpus', { type: 'number', describe: 'CPU limit' })
    .option('network', { type: 'string', describe: 'Network it may use; none unless given' })
    .option('owner', { type: 'string', describe: 'Whom the sandbox is for' })
    .option('metadata', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'NAME=VALUE to keep with it; repeatable',
    })
    .option('require', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'LABEL=VALUE that the worker must carry; repeatable',
    });
}

export function spawnRequest(args: SpawnOptionArguments): SpawnRequest {
  return given({
    image: args.image,
    provider: args.provider,
    ttl: args.ttl,
    memory_mb: args.memory,
    vcpus: args.vcpus,
    network_mode: args.network,
    owner_id: args.owner,
    metadata: args.metadata.length === 0 ? undefined : parsePairs('metadata', args.metadata),
    requirements: args.require.length === 0 ? undefined : parsePairs('require', args.require),
  });
}

/** On standard error: what the program writes stays what the program wrote. */
export function printPolicyWarning(warning: string): void {
  process.stderr.write(`stacyvm: policy warning: ${printable(warning)}\n`);
}
