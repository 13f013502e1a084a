import { statSync } from 'node:fs';
import type { ConfigProblem } from './errors.js';
import { KNOWN_KEYS } from './known-keys.js';
import type { Origin } from './origin.js';
import { SETTINGS, type SettingDefinition, type SettingKey, type Settings } from './settings.js';
import type { SourcedValues } from './sourced-values.js';

const READ_BY_OTHERS = 0o044;
const WRITTEN_BY_OTHERS = 0o022;

/** Whether the group or all users may read or replace what is in a file of these permission bits. */
export function isOpenToOthers(mode: number): boolean {
  return (mode & (READ_BY_OTHERS | WRITTEN_BY_OTHERS)) !== 0;
}

/** The warning about a secret in a file that others may read or change. @param mode permission bits */
export function openToOthers(key: string, origin: Origin, path: string, mode: number): ConfigProblem {
  const rights = [
    ...((mode & READ_BY_OTHERS) === 0 ? [] : ['read']),
    ...((mode & WRITTEN_BY_OTHERS) === 0 ? [] : ['change']),
  ].join(' or ');
  const octal = mode.toString(8).padStart(4, '0');
  return {
    code: 'secret_readable_by_others',
    key,
    origin,
    message: `${path} holds a secret and has mode ${octal}, so that others can ${rights} it; chmod 600 it`,
  };
}

/** A public key is kept as a secret is, and may be read by all. */
export function holdsSecret(definition: SettingDefinition): boolean {
  return definition.type.startsWith('secret') && !('isPublic' in definition);
}

/** Secrets that stand in a configuration file that others may read. */
export function secretsInFile(
  values: SourcedValues,
  configFile: string | undefined,
  mode: number | undefined,
): readonly ConfigProblem[] {
  if (configFile === undefined || mode === undefined || !isOpenToOthers(mode)) return [];
  return [...values]
    .filter(([key, { origin }]) => origin.kind === 'file' && isSecret(key))
    .map(([key, { origin }]) => openToOthers(key, origin, configFile, mode));
}

function isSecret(key: string): boolean {
  const known = KNOWN_KEYS.get(key);
  return known?.form === 'value' && holdsSecret(known.definition);
}

/** Keys and tokens in files that others may read. What does not exist is told by who reads it. */
export function exposedPaths(
  settings: Settings,
  originOf: (key: SettingKey) => Origin,
): readonly ConfigProblem[] {
  return pathsThatHold(settings, ['private_key', 'token']).flatMap(([key, path]) => {
    const mode = modeOf(path);
    return mode !== undefined && isOpenToOthers(mode) ? [openToOthers(key, originOf(key), path, mode)] : [];
  });
}

/** The certificates and private keys that settings name. */
export function namedCredentials(settings: Settings): readonly string[] {
  return pathsThatHold(settings, ['certificates', 'private_key']).map(([, path]) => path);
}

function pathsThatHold(
  settings: Settings,
  contents: readonly string[],
): readonly (readonly [key: SettingKey, path: string])[] {
  return (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]).flatMap(([key, definition]) => {
    const isOne =
      definition.type === 'path' && definition.holds !== undefined && contents.includes(definition.holds);
    const path = settings[key];
    return isOne && typeof path === 'string' && path !== '' ? [[key, path] as const] : [];
  });
}

/** The permission bits of the file that a path leads to, links followed; undefined when there is none. */
function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return undefined;
  }
}
