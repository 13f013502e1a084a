import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';
import { createRotationPlan } from '../../worker-token/rotation-plan.js';
import { tokenTtlSeconds } from '../../worker-token/token-request.js';

export const rotationPlanCommand = defineCommand({
  command: 'rotation-plan',
  describe: 'Print how to replace the signing key without refusing a token; reads no key',
  builder: (yargs) =>
    formatOption(yargs)
      .option('new-key-ref', {
        type: 'string',
        requiresArg: true,
        default: 'auth.worker_signing_key',
        describe: 'What people call the new key; not the key itself',
      })
      .option('previous-key-ref', {
        type: 'string',
        requiresArg: true,
        default: 'auth.worker_signing_keys[0]',
        describe: 'What people call the previous key',
      })
      .option('ttl', {
        type: 'string',
        requiresArg: true,
        default: '5m',
        describe: 'Longest life of the tokens that are issued, at most 15m',
      }),
  handler: async (args) => {
    const plan = createRotationPlan({
      newKeyRef: keyReference('new-key-ref', args.newKeyRef),
      previousKeyRef: keyReference('previous-key-ref', args.previousKeyRef),
      ttlSeconds: tokenTtlSeconds(args.ttl),
    });
    if (args.format === 'json') printJson(plan);
    else print(plan.text);
  },
});

/** It ends up in a comment of a configuration, so it must not break the line. */
function keyReference(option: string, text: string): string {
  const reference = text.trim();
  if (reference !== '' && !/[\p{Cc}\u2028\u2029]/u.test(reference)) return reference;
  throw new CommandFailure(`--${option} must be one line of text`, 2);
}
