import { parseArgs } from 'node:util';
import { ConfigError } from './errors.js';
import { SETTINGS, type SettingKey } from './settings.js';

/** The flags of a program: each sets one setting. */
export type ProgramFlags = Readonly<Record<string, SettingKey | `${SettingKey}_file`>>;

export interface CommandLine {
  readonly configFile: string | undefined;
  readonly flags: Readonly<Record<string, unknown>>;
  /** The flags as they are typed (`--port`), by the key that each sets. */
  readonly flagNames: Readonly<Record<string, string>>;
  /** What to print instead of running: the help or the version. */
  readonly print: 'help' | 'version' | undefined;
}

/**
 * Reads `--config FILE`, `--help`, `--version` and the flags of a program.
 *
 * @throws ConfigError `invalid` on an unknown flag, a missing value or a stray argument
 */
export function readCommandLine(argv: readonly string[], programFlags: ProgramFlags): CommandLine {
  const options = Object.fromEntries([
    ...['config', ...Object.keys(programFlags)].map((name) => [name, { type: 'string' as const }]),
    ...['help', 'version'].map((name) => [name, { type: 'boolean' as const }]),
  ]);
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: false,
    }) as unknown as {
      values: Record<string, string | boolean | undefined>;
    });
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).split('. ')[0] ?? 'is invalid';
    throw new ConfigError('invalid', [
      { code: 'usage', key: 'arguments', origin: { kind: 'flag', name: 'command line' }, message },
    ]);
  }
  return {
    configFile: values['config'] as string | undefined,
    flags: Object.fromEntries(
      Object.entries(programFlags)
        .filter(([name]) => values[name] !== undefined)
        .map(([name, key]) => [key, flagValue(key, values[name] as string)]),
    ),
    flagNames: Object.fromEntries(Object.entries(programFlags).map(([name, key]) => [key, `--${name}`])),
    print: values['help'] ? 'help' : values['version'] ? 'version' : undefined,
  };
}

/** The help text of a program. */
export function describeFlags(program: string, summary: string, programFlags: ProgramFlags): string {
  const rows = [
    ['--config FILE', 'Read settings from this file.'],
    ...Object.entries(programFlags).map(([name, key]) => [`--${name} VALUE`, `Sets ${key}.`]),
    ['--version', 'Print the version.'],
    ['--help', 'Print this text.'],
  ] as const;
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return `${summary}\n\nUsage: ${program} [options]\n\n${rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`).join('\n')}\n`;
}

function flagValue(key: string, text: string): unknown {
  const type = (SETTINGS as Readonly<Record<string, { readonly type: string }>>)[key]?.type;
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}
