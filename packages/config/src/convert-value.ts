import { resolve } from 'node:path';
import { parseDuration } from '@stacyvm/duration';
import { Secret } from './secret.js';
import type { SettingDefinition } from './settings.js';

/** Makes a raw value that the schema has accepted into that of `Settings`. Relative paths are relative to `baseDir`. */
export function convertValue(definition: SettingDefinition, value: unknown, baseDir: string): unknown {
  switch (definition.type) {
    case 'duration':
      return parseDuration(value as string);
    case 'path':
      return value === '' ? '' : resolve(baseDir, value as string);
    case 'paths_by_name':
      return mapOf(value, (path) => resolve(baseDir, path));
    case 'strings_by_name':
      return mapOf(value, (text) => text);
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

/** Without prototype: a name such as `constructor` is there only when it was set. */
function mapOf(value: unknown, change: (member: string) => string): Readonly<Record<string, string>> {
  const map = Object.create(null) as Record<string, string>;
  for (const [name, member] of Object.entries(value as Record<string, string>)) map[name] = change(member);
  return map;
}
