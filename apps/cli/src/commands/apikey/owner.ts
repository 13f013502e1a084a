import type { Argv } from 'yargs';
import { CommandFailure } from '../../failure.js';

/** `--tenant`: whose keys; without it those of the platform. */
export function ownerOption<T>(yargs: Argv<T>) {
  return yargs.option('tenant', {
    type: 'string',
    requiresArg: true,
    describe: 'The tenant that the key belongs to; without it, the platform',
    coerce: (value: unknown): string | undefined => {
      if (Array.isArray(value)) throw new CommandFailure('--tenant is given more than once', 2);
      return value === undefined ? undefined : String(value);
    },
  });
}
