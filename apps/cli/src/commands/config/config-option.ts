import type { Argv } from 'yargs';
import { CommandFailure } from '../../failure.js';

/** `--config`, as the programs have it. */
export function configOption<T>(yargs: Argv<T>) {
  return yargs.option('config', {
    alias: 'file',
    type: 'string',
    requiresArg: true,
    describe: 'Configuration file; where the programs look for theirs unless given',
    coerce: (value: unknown): string | undefined => {
      if (Array.isArray(value)) throw new CommandFailure('--config is given more than once', 2);
      return value === undefined ? undefined : String(value);
    },
  });
}
