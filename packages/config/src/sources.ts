import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';
import { ConfigError, type ConfigProblem } from './errors.js';
import type { Origin } from './origin.js';
import { fileFormOf } from './secret-files.js';
import { environmentName, SETTINGS, type SettingDefinition } from './settings.js';

/** A raw value and where it came from. Relative paths in it are relative to `baseDir`. */
export interface SourcedValue {
  readonly value: unknown;
  readonly origin: Origin;
  readonly baseDir: string;
}

export type SourcedValues = Map<string, SourcedValue>;

export interface FileSearch {
  /** A path given by the user; it must exist. */
  readonly explicit: string | undefined;
  readonly cwd: string;
  readonly homeDir: string | undefined;
}

/** The configuration file that counts: the explicit one, else the first that exists, else none. */
export function findConfigFile(search: FileSearch): string | undefined {
  if (search.explicit !== undefined) return resolve(search.cwd, search.explicit);
  return [
    resolve(search.cwd, 'stacyvm.yaml'),
    ...(search.homeDir === undefined ? [] : [resolve(search.homeDir, '.stacyvm/config.yaml')]),
    '/etc/stacyvm/stacyvm.yaml',
  ].find((candidate) => existsSync(candidate));
}

/** Reads a YAML file into dotted keys. Throws ConfigError `file_unreadable` or `file_invalid`. */
export function readConfigFile(path: string): SourcedValues {
  const document = parseYaml(path, readText(path));
  const values: SourcedValues = new Map();
  flatten(document, '', (key, value) =>
    values.set(key, { value, origin: { kind: 'file', name: path }, baseDir: dirname(path) }),
  );
  return values;
}

/** Reads the `STACYVM_…` variables of the settings. Lists are separated by commas, maps are JSON. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  problems: ConfigProblem[],
): SourcedValues {
  const values: SourcedValues = new Map();
  for (const [key, definition] of Object.entries(SETTINGS) as [string, SettingDefinition][]) {
    const fileForm = fileFormOf(key, definition);
    for (const form of fileForm === undefined ? [key] : [key, fileForm]) {
      const origin: Origin = { kind: 'environment', name: environmentName(form) };
      const text = env[origin.name];
      if (text === undefined || text === '') continue;
      const value = form === key ? parseText(definition, text) : text;
      if (value === undefined) {
        problems.push({ code: 'wrong_type', key, origin, message: `must be ${wanted(definition)}` });
      } else values.set(form, { value, origin, baseDir: cwd });
    }
  }
  for (const section of sections()) {
    const origin: Origin = { kind: 'environment', name: environmentName(section) };
    if (env[origin.name] !== undefined && env[origin.name] !== '') {
      problems.push({
        code: 'unknown_variable',
        key: section,
        origin,
        message: 'is a section, not a setting; name a key below it',
      });
    }
  }
  return values;
}

function sections(): Set<string> {
  const names = new Set<string>();
  for (const key of Object.keys(SETTINGS)) {
    const parts = key.split('.');
    for (let length = 1; length < parts.length; length += 1) names.add(parts.slice(0, length).join('.'));
  }
  return names;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConfigError('file_unreadable', [
      {
        code: 'file_unreadable',
        key: 'config',
        origin: { kind: 'file', name: path },
        message: `cannot be read: ${code}`,
      },
    ]);
  }
}

function parseYaml(path: string, text: string): unknown {
  if (text.trim() === '') return {};
  let document: unknown;
  try {
    document = load(text) ?? {};
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line: number } };
    const line = mark === undefined ? '' : ` at line ${mark.line + 1}`;
    throw new ConfigError('file_invalid', [
      {
        code: 'file_invalid',
        key: 'config',
        origin: { kind: 'file', name: path },
        message: `is not YAML${line}: ${reason ?? 'syntax error'}`,
      },
    ]);
  }
  if (!isMap(document)) {
    throw new ConfigError('file_invalid', [
      {
        code: 'file_invalid',
        key: 'config',
        origin: { kind: 'file', name: path },
        message: 'must be a map of settings',
      },
    ]);
  }
  return document;
}

function flatten(node: unknown, prefix: string, emit: (key: string, value: unknown) => void): void {
  if (!isMap(node)) {
    emit(prefix, node);
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (isMap(value) && !(key in SETTINGS)) flatten(value, key, emit);
    else if (value !== null) emit(key, value);
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseText(definition: SettingDefinition, text: string): unknown {
  switch (definition.type) {
    case 'integer':
      return /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'boolean':
      return ({ true: true, false: false } as Record<string, boolean>)[text.trim()];
    case 'strings':
    case 'secrets':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'paths_by_name':
    case 'strings_by_name':
    case 'secrets_by_name':
      return parseJsonMap(text);
    default:
      return text;
  }
}

function parseJsonMap(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function wanted(definition: SettingDefinition): string {
  if (definition.type === 'integer') return 'an integer';
  if (definition.type === 'boolean') return 'true or false';
  return 'a JSON object';
}
