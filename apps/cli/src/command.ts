import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';

/** One command: its builder gives the types of its arguments. */
export function defineCommand<T>(command: {
  readonly command: string;
  readonly aliases?: readonly string[];
  readonly describe: string;
  readonly builder: (yargs: Argv) => Argv<T>;
  readonly handler: (args: ArgumentsCamelCase<T>) => Promise<void>;
}): CommandModule<object, T> {
  return command as CommandModule<object, T>;
}
