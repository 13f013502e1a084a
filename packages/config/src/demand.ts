import type { KnownKey } from './known-keys.js';
import { UNSUPPORTED_VALUES } from './settings/unsupported.js';
import type { SettingDefinition } from './settings.js';
import { TEXT_FORMATS } from './text-formats.js';

/**
 * What a value must be, in words that follow "must be": type, range, allowed values.
 *
 * @param isPart the words are about an item of a list or a member of a map
 * @param inFile values of files are YAML, others are texts
 */
export function demandOf(
  known: Pick<KnownKey, 'form' | 'definition'>,
  isPart = false,
  inFile = true,
): string {
  if (known.form === 'file') return 'the path of a file';
  if (known.form === 'dir') return 'the path of a directory';
  const { definition } = known;
  switch (definition.type) {
    case 'integer':
      return `${definition.orZero ? '0 or ' : ''}an integer from ${definition.min} to ${definition.max}`;
    case 'boolean':
      return 'true or false';
    case 'duration':
      return `a duration such as 30s or 1h30m${durationRange(definition)}`;
    case 'path':
      return definition.default === '' ? 'a path' : 'a path that is not empty';
    case 'string':
      return textDemand(definition) ?? (definition.default === '' ? 'a text' : 'a text that is not empty');
    case 'strings':
      return isPart ? (textDemand(definition) ?? 'a text that is not empty') : listDemand(inFile);
    case 'policy_files':
      return isPart ? 'a path that is not empty' : listDemand(inFile, 'paths');
    case 'oidc_issuers':
      return isPart ? 'a map with name and issuer' : inFile ? 'a list of maps' : 'a JSON list of objects';
    case 'paths_by_name':
      return isPart ? 'a path' : mapDemand('a path', inFile);
    case 'strings_by_name':
      return isPart ? 'a text' : mapDemand('a text', inFile);
    case 'secret':
      return 'a text that is not empty';
    case 'secrets':
      return isPart ? 'a text that is not empty' : listDemand(inFile);
    case 'secrets_by_name':
      return isPart ? 'a text that is not empty' : mapDemand('a secret', inFile);
  }
}

function listDemand(inFile: boolean, items = 'texts'): string {
  return inFile ? `a list of ${items}, such as [a, b]` : `a list of ${items}, separated by commas`;
}

function mapDemand(member: string, inFile: boolean): string {
  return inFile ? `a map of names, each with ${member}` : `a JSON object of names, each with ${member}`;
}

function textDemand(definition: Extract<SettingDefinition, { readonly type: 'string' | 'strings' }>) {
  if (definition.enum !== undefined) return `one of ${definition.enum.join(', ')}`;
  return definition.format === undefined ? undefined : TEXT_FORMATS[definition.format].demand;
}

function durationRange({ min, max }: { readonly min?: string; readonly max?: string }): string {
  if (min !== undefined && max !== undefined) return `, from ${min} to ${max}`;
  if (max !== undefined) return `, at most ${max}`;
  return min === undefined ? '' : `, at least ${min}`;
}

/** How the value that is there came to be wrong, where that can be told without showing it. */
export function hintFor(known: KnownKey, value: unknown, isPart: boolean, inFile: boolean): string {
  const wanted = isPart ? 'text' : WANTED[known.form === 'value' ? known.definition.type : 'path'];
  if (typeof value === 'string') {
    if (known.definition.type.startsWith('secret') && value.trim() === '')
      return '; it is empty: leave it out where there is none';
    if (wanted === 'text' && known.form === 'value') return foreignHint(known.key, value);
    if (!inFile) return wanted === 'duration' ? unitHint(value) : '';
    if (wanted === 'integer' && /^\s*[+-]?\d+\s*$/.test(value)) return '; it is a text: remove the quotes';
    if (wanted === 'boolean') return booleanHint(value);
    if (wanted === 'list') return '; it is a text: put it in brackets';
    return wanted === 'duration' ? unitHint(value) : '';
  }
  if (wanted === 'duration' && typeof value === 'number') return '; it is a number: add a unit, such as s';
  if (wanted === 'integer' && typeof value === 'number' && !Number.isInteger(value))
    return '; it has a fraction';
  if (wanted === 'text' && (typeof value === 'number' || typeof value === 'boolean'))
    return `; it is ${typeof value === 'number' ? 'a number' : 'true or false'}: put it in quotes`;
  if (value === null) return '; it is empty';
  if (Array.isArray(value)) return wanted === 'list' ? '' : '; it is a list';
  return typeof value === 'object' && wanted !== 'map' ? '; it is a map' : '';
}

const WANTED: Readonly<
  Record<SettingDefinition['type'], 'text' | 'integer' | 'boolean' | 'duration' | 'list' | 'map'>
> = {
  string: 'text',
  path: 'text',
  secret: 'text',
  integer: 'integer',
  boolean: 'boolean',
  duration: 'duration',
  strings: 'list',
  secrets: 'list',
  policy_files: 'list',
  oidc_issuers: 'list',
  strings_by_name: 'map',
  paths_by_name: 'map',
  secrets_by_name: 'map',
};

function booleanHint(text: string): string {
  if (/^(true|false)$/i.test(text.trim())) return '; it is a text: remove the quotes';
  if (/^(yes|on|y)$/i.test(text)) return '; write true';
  return /^(no|off|n)$/i.test(text) ? '; write false' : '';
}

/** What to write instead of a value that the reference implementation has. */
function foreignHint(key: string, text: string): string {
  const values = Object.hasOwn(UNSUPPORTED_VALUES, key) ? UNSUPPORTED_VALUES[key] : undefined;
  const value = text.trim().toLowerCase();
  return values !== undefined && Object.hasOwn(values, value) ? `; ${values[value]}` : '';
}

function unitHint(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return '; it has no unit';
  return /\d[dwy]/i.test(text) ? '; the longest unit is h' : '';
}
