import type { SettingDefinition } from './settings/definition.js';

/**
 * Reads the text of a variable or flag as the type of a setting: lists are separated by commas, maps are JSON, and so are lists of maps. A text
 * that does not fit stays as it is, for the schema to refuse.
 */
export function parseText(definition: SettingDefinition, text: string): unknown {
  switch (definition.type) {
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return BOOLEANS.get(text.trim()) ?? text;
    case 'strings':
    case 'policy_files':
    case 'secrets':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'oidc_issuers':
      return parseList(text);
    case 'paths_by_name':
    case 'strings_by_name':
    case 'secrets_by_name':
      return parseMap(text);
    default:
      return text;
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function parseList(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}

function parseMap(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.assign(Object.create(null) as object, value)
      : text;
  } catch {
    return text;
  }
}
