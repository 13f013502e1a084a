import { loadCommands } from '../commands.js';

/** An option or a positional, as its command declares it. */
export interface OutlinedOption {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly describe: string;
  readonly type: 'boolean' | 'value';
  /** The values that it may have; empty when any may be given. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  /** As text; undefined when there is none worth telling. */
  readonly defaultText: string | undefined;
}

/** A command with everything below it. */
export interface OutlinedCommand {
  /** The words that call it, such as `['worker', 'drain']`. */
  readonly path: readonly string[];
  /** Its positionals, as in `<worker>`. */
  readonly usage: string;
  readonly aliases: readonly string[];
  readonly describe: string;
  readonly positionals: readonly OutlinedOption[];
  readonly options: readonly OutlinedOption[];
  readonly commands: readonly OutlinedCommand[];
}

/** Every command that there is, as the commands themselves declare it; `serve` reads its own options and is not among them. */
export async function outlineCommands(): Promise<readonly OutlinedCommand[]> {
  return (await loadCommands(undefined)).map((command) => outline(command as DeclaredCommand, []));
}

interface DeclaredCommand {
  readonly command: string;
  readonly aliases?: readonly string[];
  readonly describe: string;
  readonly builder: (yargs: never) => unknown;
}

interface DeclaredOption {
  readonly alias?: string | readonly string[];
  readonly describe?: string;
  readonly type?: string;
  readonly choices?: readonly string[];
  readonly demandOption?: boolean;
  readonly default?: unknown;
  readonly hidden?: boolean;
}

function outline(
  { command, aliases = [], describe, builder }: DeclaredCommand,
  above: readonly string[],
): OutlinedCommand {
  const [word = '', ...usage] = command.split(' ');
  const path = [...above, word];
  const { positionals, options, commands } = declarationsOf(builder);
  return {
    path,
    usage: usage.join(' '),
    // `$0` is no word: it makes a command the one that is meant when none is named.
    aliases: aliases.filter((alias) => alias !== '$0'),
    describe,
    positionals,
    options,
    commands: commands.map((below) => outline(below, path)),
  };
}

interface Declarations {
  readonly positionals: OutlinedOption[];
  readonly options: OutlinedOption[];
  readonly commands: DeclaredCommand[];
}

/** What a builder declares of the yargs that it is given: this one writes down, and lets everything else pass. */
export function declarationsOf(builder: (yargs: never) => unknown): Declarations {
  const found: Declarations = { positionals: [], options: [], commands: [] };
  const methods: Readonly<Record<string, (...args: readonly never[]) => void>> = {
    option: (name: string, declared: DeclaredOption) => add(found.options, name, declared),
    options: (all: Readonly<Record<string, DeclaredOption>>) => {
      for (const [name, declared] of Object.entries(all)) add(found.options, name, declared);
    },
    positional: (name: string, declared: DeclaredOption) => add(found.positionals, name, declared),
    command: (declared: DeclaredCommand) => void found.commands.push(declared),
  };
  const recorder: unknown = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: readonly never[]) => {
          if (typeof method === 'string' && Object.hasOwn(methods, method)) methods[method]?.(...args);
          return recorder;
        },
    },
  );
  builder(recorder as never);
  return found;
}

function add(options: OutlinedOption[], name: string, declared: DeclaredOption): void {
  if (declared.hidden !== true) options.push(outlineOption(name, declared));
}

function outlineOption(name: string, declared: DeclaredOption): OutlinedOption {
  const { alias = [], describe = '', type, choices = [], demandOption = false } = declared;
  return {
    name,
    aliases: typeof alias === 'string' ? [alias] : alias,
    describe,
    type: type === 'boolean' ? 'boolean' : 'value',
    choices: choices.map(String),
    isRequired: demandOption,
    defaultText: defaultText(declared.default),
  };
}

function defaultText(value: unknown): string | undefined {
  const isTold = (typeof value === 'string' && value !== '') || typeof value === 'number';
  return isTold ? String(value) : undefined;
}
