import type { Policy } from '@stacyvm/api';
import { ConfigError } from '@stacyvm/config';
import { readPolicyFiles } from '@stacyvm/config/policies';
import type { PolicyRule } from '@stacyvm/policy';
import type { Argv } from 'yargs';
import type { ConnectionArguments } from '../connection.js';
import { CommandFailure } from '../failure.js';
import { policiesOf } from './policies.js';

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

/** The rules of the files that are named, which are global, else those in force on the control plane. @throws CommandFailure */
export async function rulesOf(args: RulesArguments): Promise<readonly PolicyRule[]> {
  if (args.rules.length > 0) {
    if (typeof args.tenant === 'string')
      throw new CommandFailure('--tenant is for the rules in force; those of files are of no tenant', 2);
    return readable(() => readPolicyFiles(args.rules)).flatMap(({ rules }) => rules);
  }
  return (await policiesOf(args).list()).map(ruleOf);
}

function ruleOf(policy: Policy): PolicyRule {
  return {
    id: policy.id,
    tenantId: policy.tenant_id === '' ? null : policy.tenant_id,
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
