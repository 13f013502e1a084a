import type { Argv } from 'yargs';
import { type ConnectionArguments, chosenTenant, connectAsPlatform } from '../../connection.js';

/** `--tenant`: whose keys; without it those of the tenant of the environment, and without one those of the platform. */
export function ownerOption<T>(yargs: Argv<T>) {
  return yargs.option('tenant', {
    type: 'string',
    requiresArg: true,
    describe: 'The tenant that the key belongs to; without it STACYVM_TENANT, and without that the platform',
  });
}

/** The keys of whom a command is about; undefined is the platform. @throws CommandFailure with exit code 2 */
export function keysOf(args: ConnectionArguments, env = process.env) {
  return { owner: chosenTenant(args.tenant, env), people: connectAsPlatform(args, env).people };
}
