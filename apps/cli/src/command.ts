import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { checkArguments, type DeclaredArguments } from './argument-rules.js';

/** One command: its builder gives the types of its arguments, which `checkArguments` looks at before the handler does. */
export function defineCommand<T>(command: {
  readonly command: string;
  readonly aliases?: readonly string[];
  readonly describe: string;
  /** Arguments for which an empty value means something. */
  readonly mayBeEmpty?: readonly string[];
  readonly builder: (yargs: Argv) => Argv<T>;
  readonly handler: (args: ArgumentsCamelCase<T>) => Promise<void>;
}): CommandModule<object, T> {
  const { mayBeEmpty = [], builder, ...module } = command;
  return {
    ...module,
    builder: (yargs: Argv) =>
      builder(yargs).check(
        (args, declared: unknown) =>
          checkArguments(command.command, mayBeEmpty, args, declared as DeclaredArguments),
        false,
      ),
  } as CommandModule<object, T>;
}
