import type { ConfigProblem } from './errors.js';
import { holdsSecret } from './exposed-secrets.js';
import type { Origin } from './origin.js';
import { SETTINGS, type SettingDefinition, type SettingKey } from './settings.js';
import type { SourcedValues } from './sourced-values.js';

/**
 * Warns of secrets with line breaks in them or white space around them. They are taken as they are, and what an editor or
 * a block of YAML has added makes a key that no caller can present: a header has neither.
 */
export function untidySecrets(values: SourcedValues, broken: ReadonlySet<string>): readonly ConfigProblem[] {
  return (Object.entries(SETTINGS) as [SettingKey, SettingDefinition][]).flatMap(([key, definition]) => {
    const sourced = values.get(key);
    if (sourced === undefined || broken.has(key) || !holdsSecret(definition)) return [];
    if (definition.type === 'secret' && definition.isPem) return [];
    return namedTexts(sourced.value).flatMap(([name, text]) => warningOf(key, name, text, sourced.origin));
  });
}

function namedTexts(value: unknown): readonly (readonly [name: string, text: string])[] {
  if (typeof value === 'string') return [['', value]];
  if (Array.isArray(value)) return value.map((text: unknown, index) => [`item ${index + 1} `, String(text)]);
  return Object.entries(value ?? {}).map(([name, text]) => [
    `${JSON.stringify(name.slice(0, 64))} `,
    String(text),
  ]);
}

function warningOf(key: string, name: string, text: string, origin: Origin): readonly ConfigProblem[] {
  const fault = /[\r\n]/.test(text)
    ? 'has a line break in it'
    : text === text.trim()
      ? undefined
      : 'has white space around it';
  if (fault === undefined) return [];
  const message = `${name}${fault}, which counts as part of the secret; remove it`;
  return [{ code: 'inconsistent', key, origin, message }];
}
