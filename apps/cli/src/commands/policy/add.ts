import { POLICY_EFFECTS, POLICY_MODES, RESOURCE_TYPES } from '@stacyvm/policy';
import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';
import { policiesOf } from '../../policy/policies.js';

export const addCommand = defineCommand({
  command: 'add <type> <effect> <pattern>',
  describe: 'Add a policy, a global one or with --tenant one of a tenant, and print its id',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('type', { choices: RESOURCE_TYPES, demandOption: true, describe: 'What it is about' })
      .positional('effect', { choices: POLICY_EFFECTS, demandOption: true, describe: 'What it says' })
      .positional('pattern', {
        type: 'string',
        demandOption: true,
        describe: 'Which names; * is a run without /, ** any run',
      })
      .option('priority', {
        type: 'number',
        requiresArg: true,
        describe: 'Lower ones are read first; 10 unless given. Write --priority=-5 for one below zero',
      })
      .option('mode', {
        choices: POLICY_MODES,
        describe: 'warn and audit are on trial and refuse nothing; enforce unless given',
      })
      .option('description', { type: 'string', requiresArg: true, describe: 'For people' })
      .example("stacyvm policy add image deny 'alpine:3.1**'", 'forbid old versions')
      .example(
        "stacyvm policy add network deny '**' --tenant research",
        'for one tenant, also by its administrators',
      )
      .example(
        "stacyvm policy add image allow 'docker.io/library/**' --mode warn",
        'try out what would be refused if only these were allowed',
      ),
  handler: async (args) => {
    const { description, mode, priority } = args;
    if (priority !== undefined && !Number.isSafeInteger(priority))
      throw new CommandFailure('--priority must be a whole number', 2);
    const policy = await policiesOf(args).create({
      resource_type: args.type,
      effect: args.effect,
      pattern: args.pattern,
      ...(priority === undefined ? {} : { priority }),
      ...(mode === undefined ? {} : { mode }),
      ...(description === undefined ? {} : { description }),
    });
    if (args.format === 'json') printJson(policy);
    else print(policy.id);
  },
});
