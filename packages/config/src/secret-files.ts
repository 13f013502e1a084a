import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigProblem } from './errors.js';
import { describeOrigin } from './origin.js';
import { SETTINGS, type SettingDefinition } from './settings.js';
import type { SourcedValues } from './sources.js';

/** The key that names where a secret is kept, such as `auth.api_key_file`; undefined for settings that are no secrets. */
export function fileFormOf(key: string, definition: SettingDefinition): string | undefined {
  if (definition.type === 'secret' || definition.type === 'secrets') return `${key}_file`;
  return definition.type === 'secrets_by_name' ? `${key}_dir` : undefined;
}

/**
 * Puts the content of secret files in the place of their settings.
 *
 * @returns the paths that were read
 */
export function resolveSecretFiles(values: SourcedValues, problems: ConfigProblem[]): readonly string[] {
  const read: string[] = [];
  for (const [key, definition] of Object.entries(SETTINGS) as [string, SettingDefinition][]) {
    const form = fileFormOf(key, definition);
    const named = form === undefined ? undefined : values.get(form);
    if (form === undefined || named === undefined) continue;
    const inline = values.get(key);
    if (inline !== undefined) {
      problems.push({
        code: 'conflict',
        key,
        origin: inline.origin,
        message: `is set here, and ${form} by ${describeOrigin(named.origin)}; remove one of them`,
      });
      continue;
    }
    const path = resolve(named.baseDir, String(named.value));
    read.push(path);
    try {
      values.set(key, {
        value: readSecret(definition, path),
        origin: { kind: 'secret_file', name: path, namedBy: named.origin },
        baseDir: named.baseDir,
      });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const message =
        error instanceof EmptySecret ? error.message : `${path} cannot be read: ${code ?? 'unknown error'}`;
      problems.push({
        code: error instanceof EmptySecret ? 'secret_empty' : 'secret_unreadable',
        key: form,
        origin: named.origin,
        message,
      });
    }
  }
  return read;
}

class EmptySecret extends Error {}

function readSecret(definition: SettingDefinition, path: string): unknown {
  if (definition.type === 'secrets_by_name') {
    // Mounted secrets keep their data in directories and links whose names begin with a dot.
    const names = readdirSync(path).filter((name) => !name.startsWith('.'));
    return Object.fromEntries(names.map((name) => [name, readText(join(path, name))]));
  }
  const text = readText(path);
  return definition.type === 'secret' ? text : text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function readText(path: string): string {
  const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  if (text.trim() === '') throw new EmptySecret(`${path} is empty`);
  return text;
}
