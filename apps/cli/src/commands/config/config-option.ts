import type { Argv } from 'yargs';

/** `--config`, as the programs have it. */
export function configOption<T>(yargs: Argv<T>) {
  return yargs.option('config', {
    alias: 'file',
    type: 'string',
    requiresArg: true,
    describe: 'Configuration file; where the programs look for theirs unless given',
  });
}
