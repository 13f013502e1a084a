import { resolve } from 'node:path';
import { parseDuration } from '@stacyvm/duration';
import { ConfigError, type ConfigProblem, type ConfigProblemCode } from './errors.js';
import { DEFAULT_ORIGIN, type Origin } from './origin.js';
import { compileSettingsSchema } from './schema.js';
import { Secret } from './secret.js';
import { resolveSecretFiles } from './secret-files.js';
import { SETTINGS, type SettingDefinition, type SettingKey, type Settings } from './settings.js';
import { findConfigFile, readConfigFile, readEnvironment, type SourcedValues } from './sources.js';

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
  /** What is wrong without making the settings unusable, in the order of `ConfigError.problems`. */
  readonly warnings: readonly ConfigProblem[];
  /** The file that was read, if any. */
  readonly configFile: string | undefined;
  /** Every file and directory that the settings were read from. */
  readonly files: readonly string[];
}

/**
 * Loads the settings: defaults, then the file, then the environment, then flags; each overrides the one before.
 *
 * @throws ConfigError with every problem found, or `file_unreadable` / `file_invalid`
 */
export function loadSettings(options: LoadOptions = {}): LoadedSettings {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const problems: ConfigProblem[] = [];
  const configFile = findConfigFile({
    explicit: options.configFile ?? (env['STACYVM_CONFIG'] || undefined),
    cwd,
    homeDir: options.homeDir ?? env['HOME'],
  });

  const values: SourcedValues = new Map(configFile === undefined ? [] : readConfigFile(configFile));
  for (const [key, value] of readEnvironment(env, cwd, problems)) values.set(key, value);
  for (const [key, value] of Object.entries(options.flags ?? {})) {
    if (value !== undefined)
      values.set(key, {
        value,
        origin: { kind: 'flag', name: options.flagNames?.[key] ?? key },
        baseDir: cwd,
      });
  }
  validate(values, problems);
  const secretFiles = problems.length === 0 ? resolveSecretFiles(values, problems) : [];
  if (problems.length > 0) {
    throw new ConfigError(
      'invalid',
      problems.toSorted((a, b) => compare(a.key, b.key) || compare(a.message, b.message)),
    );
  }
  inferDatabaseDriver(values);
  inferAuthEnabled(values);
  const settings = Object.fromEntries(
    (Object.entries(SETTINGS) as [string, SettingDefinition][]).map(([key, definition]) => [
      key,
      convert(definition, values.get(key)?.value ?? definition.default, values.get(key)?.baseDir ?? cwd),
    ]),
  ) as unknown as Settings;
  checkAcrossFields(settings, values);
  const origins = Object.fromEntries(
    Object.keys(SETTINGS).map((key) => [key, values.get(key)?.origin ?? DEFAULT_ORIGIN]),
  ) as unknown as Record<SettingKey, Origin>;
  return {
    settings,
    origins,
    warnings: [],
    configFile,
    files: [...(configFile === undefined ? [] : [configFile]), ...secretFiles],
  };
}

function validate(values: SourcedValues, problems: ConfigProblem[]): void {
  const check = compileSettingsSchema();
  const raw = Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
  if (check(raw)) return;
  for (const error of check.errors ?? []) {
    const unknown =
      error.keyword === 'additionalProperties' ? String(error.params['additionalProperty']) : undefined;
    const key = unknown ?? error.instancePath.slice(1).split('/')[0] ?? '';
    problems.push({
      code: unknown === undefined ? codeOf(error.keyword) : 'unknown_key',
      key,
      origin: values.get(key)?.origin ?? DEFAULT_ORIGIN,
      message:
        unknown === undefined
          ? explain(error.keyword, error.params, error.message)
          : `is not a setting${suggestion(unknown)}`,
    });
  }
}

function codeOf(keyword: string): ConfigProblemCode {
  if (keyword === 'type') return 'wrong_type';
  return keyword === 'enum' || keyword === 'format' ? 'not_allowed' : 'out_of_range';
}

function explain(keyword: string, params: Record<string, unknown>, message: string | undefined): string {
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}`;
  if (keyword === 'format') return 'must be a duration that is not negative, such as 30s or 1h30m';
  if (keyword === 'minDuration') return 'is too short';
  return message ?? 'is invalid';
}

function suggestion(unknown: string): string {
  const leaf = unknown.split('.').at(-1);
  const near = Object.keys(SETTINGS).find((key) => key.split('.').at(-1) === leaf) ?? closest(unknown);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function closest(unknown: string): string | undefined {
  return Object.keys(SETTINGS)
    .map((key) => ({ key, distance: editDistance(key, unknown) }))
    .filter(({ distance }) => distance <= 3)
    .toSorted((a, b) => a.distance - b.distance)[0]?.key;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function convert(definition: SettingDefinition, value: unknown, baseDir: string): unknown {
  switch (definition.type) {
    case 'duration':
      return parseDuration(value as string);
    case 'path':
      return value === '' ? '' : resolve(baseDir, value as string);
    case 'paths_by_name':
      return Object.fromEntries(
        Object.entries(value as Record<string, string>).map(([name, path]) => [name, resolve(baseDir, path)]),
      );
    case 'secret':
      return value === undefined ? undefined : new Secret(value as string);
    case 'secrets_by_name':
      return new Map(
        Object.entries((value ?? {}) as Record<string, string>).map(([name, text]) => [
          name,
          new Secret(text),
        ]),
      );
    case 'secrets':
      return ((value ?? []) as readonly string[]).map((text) => new Secret(text));
    default:
      return value;
  }
}

/** Whoever names a database means it. */
function inferDatabaseDriver(values: SourcedValues): void {
  const dsn = values.get('database.dsn');
  if (dsn !== undefined && !values.has('database.driver'))
    values.set('database.driver', {
      ...dsn,
      value: 'postgres',
      origin: { kind: 'derived', name: 'database.dsn' },
    });
}

/** Whoever sets a key of callers, or OIDC, wants it demanded. */
function inferAuthEnabled(values: SourcedValues): void {
  if (values.has('auth.enabled')) return;
  const reason = (['auth.api_key', 'auth.admin_api_key', 'auth.oidc_enabled'] as const).find(
    (key) => values.has(key) && values.get(key)?.value !== false,
  );
  if (reason === undefined) return;
  values.set('auth.enabled', { value: true, origin: { kind: 'derived', name: reason }, baseDir: '' });
}

function checkAcrossFields(settings: Settings, values: SourcedValues): void {
  const problems: ConfigProblem[] = [];
  const refuse = (key: SettingKey, message: string): void => {
    problems.push({ code: 'conflict', key, origin: values.get(key)?.origin ?? DEFAULT_ORIGIN, message });
  };
  if (settings['defaults.ttl'] > settings['defaults.max_ttl'])
    refuse('defaults.ttl', 'is longer than defaults.max_ttl');
  if (settings['defaults.default_exec_timeout'] > settings['defaults.max_exec_timeout']) {
    refuse('defaults.default_exec_timeout', 'is longer than defaults.max_exec_timeout');
  }
  if (settings['database.driver'] === 'postgres' && settings['database.dsn'] === undefined) {
    refuse('database.dsn', 'is required with database.driver postgres');
  }
  if (settings['database.driver'] === 'embedded' && settings['database.dsn'] !== undefined) {
    refuse(
      'database.driver',
      'is embedded, which has no use for database.dsn; set postgres or leave one of them out',
    );
  }
  if (problems.length > 0) throw new ConfigError('invalid', problems);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
