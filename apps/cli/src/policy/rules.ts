import type { ApiClient, Policy } from '@stacyvm/api';
import { ConfigError } from '@stacyvm/config';
import { readPolicyFiles } from '@stacyvm/config/policies';
import type { PolicyRule } from '@stacyvm/policy';
import type { Argv } from 'yargs';
import { type ConnectionArguments, connect } from '../connection.js';
import { CommandFailure } from '../failure.js';
import { collect } from '../output.js';

export interface RulesArguments extends ConnectionArguments {
  readonly rules: readonly string[];
}

/** `--rules`, for commands that judge files as well as what is in force. */
export function rulesOption<T>(yargs: Argv<T>) {
  return yargs.option('rules', {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'File of rules to judge, instead of those in force; repeatable',
  });
}

/** The rules of the files that are named, else the global ones in force on the control plane, which needs the admin key. */
export async function rulesOf(args: RulesArguments): Promise<readonly PolicyRule[]> {
  if (args.rules.length > 0) {
    return readable(() => readPolicyFiles(args.rules)).flatMap(({ rules }) => rules);
  }
  return liveRules(connect(args));
}

async function liveRules({ policies }: ApiClient): Promise<readonly PolicyRule[]> {
  return (await collect(policies.list())).map(ruleOf);
}

function ruleOf(policy: Policy): PolicyRule {
  return {
    id: policy.id,
    tenantId: null,
    resourceType: policy.resource_type,
    effect: policy.effect,
    pattern: policy.pattern,
    priority: policy.priority,
    mode: policy.mode,
    createdAt: new Date(policy.created_at),
  };
}

/** @throws CommandFailure 2 for a file that cannot be used, with all that is wrong with it */
export function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(error.message, 2, { cause: error });
  }
}
