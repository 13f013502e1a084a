import { isAbsolute } from 'node:path';
import { findConfigFile, readConfigFile } from './config-file.js';
import { convertValue } from './convert-value.js';
import { deriveValues } from './derive-values.js';
import { readEnvironment } from './environment.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { exposedPaths, namedCredentials, secretsInFile } from './exposed-secrets.js';
import { contentAt, type FileContents } from './file-contents.js';
import { readFileValues } from './file-values.js';
import { KNOWN_KEYS } from './known-keys.js';
import { resolveOidcIssuers } from './oidc-issuers/read-issuers.js';
import { orderProblems } from './order-problems.js';
import { DEFAULT_ORIGIN, type Origin } from './origin.js';
import { parseText } from './parse-text.js';
import { resolvePolicyFiles } from './policies/policy-files.js';
import { checkAcross } from './rules-across.js';
import { resolveSecretFiles } from './secret-files.js';
import { untidySecrets } from './secret-spacing.js';
import { SETTINGS, type SettingDefinition, type SettingKey, type Settings } from './settings.js';
import type { SourcedValue, SourcedValues, SourceReading } from './sourced-values.js';
import { suggestKey } from './suggestion.js';
import { validateValues } from './validate-values.js';

export interface LoadOptions {
  /** A configuration file that must exist. Without it `STACYVM_CONFIG`, then the usual places are tried. */
  readonly configFile?: string | undefined;
  /** Values from the command line, by dotted key; what is undefined does not count. */
  readonly flags?: Readonly<Partial<Record<SettingKey | `${SettingKey}_${'file' | 'dir'}`, unknown>>>;
  /** The flags as they are typed (`--port`), by the key of `flags`. */
  readonly flagNames?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly homeDir?: string | undefined;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each value came from. */
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** Paths that were given relative to the working directory, and so lead elsewhere in another one. */
  readonly relativeToCwd: readonly SettingKey[];
  /** What is wrong without making the settings unusable, in the order of `ConfigError.problems`. */
  readonly warnings: readonly ConfigProblem[];
  /** The file that was read, if any. */
  readonly configFile: string | undefined;
  /** Every file and directory that the settings were read from, and the certificates and keys that they name. */
  readonly files: readonly string[];
  /** What these held when they were read. */
  readonly contents: FileContents;
}

/**
 * Loads the settings: defaults, then the file, then the environment, then flags; each overrides the one before.
 *
 * @throws ConfigError `invalid` with every problem found, or `file_unreadable`, `file_too_large`, `file_invalid`
 */
export function loadSettings(options: LoadOptions = {}): LoadedSettings {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const configFile = findConfigFile({
    explicit: options.configFile ?? (env['STACYVM_CONFIG'] || undefined),
    cwd,
    homeDir: options.homeDir ?? env['HOME'],
  });
  const file = configFile === undefined ? undefined : readConfigFile(configFile);
  const sources: readonly SourceReading[] = [
    ...(configFile === undefined ? [] : [readFileValues(configFile, file?.root)]),
    readEnvironment(env, cwd),
    readFlags(options, cwd),
  ];
  const values: SourcedValues = new Map(sources.flatMap((source) => [...source.values]));
  const inPlace = [
    ...(file?.problems ?? []),
    ...sources.flatMap(({ problems }) => problems),
    ...validateValues(values),
  ];
  // A setting is broken as well when the form that names its file is.
  const broken = new Set(inPlace.flatMap(({ key }) => [key, KNOWN_KEYS.get(key)?.setting ?? key]));
  const secrets = resolveSecretFiles(values, broken);
  for (const { key } of secrets.problems) broken.add(KNOWN_KEYS.get(key)?.setting ?? key);
  const policies = resolvePolicyFiles(values, broken);
  for (const { key } of policies.problems) broken.add(key);
  const issuers = resolveOidcIssuers(values, broken);
  for (const { key } of issuers.problems) broken.add(key);
  deriveValues(values);

  const settings = convertAll(values, broken, cwd);
  const originOf = (key: SettingKey): Origin => values.get(key)?.origin ?? DEFAULT_ORIGIN;
  const across = checkAcross({ settings, originOf, isSet: (key) => values.has(key) }, broken);
  const contents = new Map([...secrets.contents, ...policies.contents, ...issuers.contents]);
  if (configFile !== undefined && file !== undefined) contents.set(configFile, file.content);
  const problems = [
    ...orderProblems([...inPlace, ...secrets.problems, ...policies.problems, ...issuers.problems]),
    ...across.problems,
  ];
  const fromSources = sources.flatMap(({ warnings }) => warnings);
  if (problems.length > 0) throw new ConfigError('invalid', problems, contents, orderProblems(fromSources));
  for (const path of namedCredentials(settings)) contents.set(path, contentAt(path));

  const keys = Object.keys(SETTINGS) as SettingKey[];
  return {
    settings,
    origins: Object.fromEntries(keys.map((key) => [key, originOf(key)])) as Record<SettingKey, Origin>,
    relativeToCwd: keys.filter((key) => isRelativeToCwd(key, values.get(key))),
    warnings: [
      ...orderProblems([
        ...fromSources,
        ...secrets.warnings,
        ...untidySecrets(values, broken),
        ...secretsInFile(values, configFile, file?.mode),
        ...exposedPaths(settings, originOf),
      ]),
      ...across.warnings,
    ],
    configFile,
    files: [...contents.keys()],
    contents,
  };
}

function readFlags({ flags = {}, flagNames = {} }: LoadOptions, cwd: string): SourceReading {
  const values: SourcedValues = new Map();
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const origin: Origin = { kind: 'flag', name: flagNames[key] ?? key };
    const known = KNOWN_KEYS.get(key);
    if (known === undefined) {
      const near = suggestKey(key);
      const message = `is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`;
      problems.push({ code: 'unknown_key', key, origin, message });
    } else {
      const isText = typeof value === 'string' && known.form === 'value';
      values.set(key, { value: isText ? parseText(known.definition, value) : value, origin, baseDir: cwd });
    }
  }
  return { values, problems, warnings: [] };
}

function isRelativeToCwd(key: SettingKey, sourced: SourcedValue | undefined): boolean {
  const { type, default: path }: SettingDefinition = SETTINGS[key];
  if (type !== 'path' || sourced?.origin.kind === 'file') return false;
  const given = sourced?.value ?? path;
  return typeof given === 'string' && given !== '' && !isAbsolute(given);
}

/** Broken values are replaced by their defaults: rules across settings leave them out, and nobody else sees them. */
function convertAll(values: SourcedValues, broken: ReadonlySet<string>, cwd: string): Settings {
  return Object.fromEntries(
    (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]).map(([key, definition]) => {
      const sourced = broken.has(key) ? undefined : values.get(key);
      return [key, convertValue(definition, sourced?.value ?? definition.default, sourced?.baseDir ?? cwd)];
    }),
  ) as unknown as Settings;
}
