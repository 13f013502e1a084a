import { CommandFailure } from './failure.js';

/** What yargs knows of a command's options and positional arguments: it hands this to `check`, whose types do not say so. */
export interface DeclaredArguments {
  /** By every name, aliases included. */
  readonly key: Readonly<Record<string, unknown>>;
  /** What may be given several times. */
  readonly array: readonly string[];
}

/**
 * The rules that hold for the arguments of every command. An empty value is a variable of a shell that was never set: as an id it
 * would make another path of the one that is asked for, as an option it would say nothing and be taken for left out. So the
 * command is refused before it calls anybody, and its values are not quoted, as they may be secret.
 *
 * @param command with its positional arguments, such as `exec <id> [words..]`; the words of a program may be empty
 * @param mayBeEmpty arguments that mean something by it
 * @throws CommandFailure with exit code 2
 */
export function checkArguments(
  command: string,
  mayBeEmpty: readonly string[],
  args: Readonly<Record<string, unknown>>,
  declared: DeclaredArguments,
): true {
  const positional = positionalArguments(command);
  for (const name of Object.keys(declared.key)) {
    const value = args[name];
    const shown = positional.get(name)?.shown ?? `--${name}`;
    if (Array.isArray(value) && !declared.array.includes(name))
      throw new CommandFailure(`${shown} is given more than once`, 2);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.includes('') && !mayBeEmpty.includes(name) && positional.get(name)?.areWords !== true)
      throw new CommandFailure(`${shown} is empty; is a variable not set?`, 2);
    if (values.some(Number.isNaN)) throw new CommandFailure(`${shown} must be a number`, 2);
  }
  return true;
}

interface PositionalArgument {
  readonly shown: string;
  /** They go to a program as they are. */
  readonly areWords: boolean;
}

function positionalArguments(command: string): ReadonlyMap<string, PositionalArgument> {
  return new Map(
    [...command.matchAll(/[<[]([\w-]+)(\.\.)?[\]>]/g)].map(([shown, name = '', more]) => [
      name,
      { shown, areWords: more !== undefined && shown.startsWith('[') },
    ]),
  );
}
