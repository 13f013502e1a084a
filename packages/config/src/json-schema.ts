import { KNOWN_KEYS, type KnownKey } from './known-keys.js';
import { MAX_OIDC_ISSUERS, OIDC_ISSUER_SCHEMA } from './oidc-issuers/oidc-issuer.js';
import type { SettingDefinition } from './settings.js';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Keywords of ours: the shortest and the longest duration, and a format that only we check. */
export const MIN_DURATION = 'x-minimum-duration';
export const MAX_DURATION = 'x-maximum-duration';

/** A duration of worker protocol 0.2 that is not negative. Not `format: duration`, which means that of ISO 8601. */
export const DURATION_PATTERN = '^\\+?(0|((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+)$';
const MAX_DURATION_LENGTH = 65;

/** A secret has something in it beside white space. */
const NOT_BLANK = '\\S';

/**
 * The settings as a JSON Schema (draft-07) of the configuration file, forms of secrets that name files included. It
 * validates what is loaded, and editors take it for completion.
 */
export function settingsSchema(): JsonSchema {
  const root = newSection('Configuration of the control plane and the workers of StacyVM.');
  for (const known of KNOWN_KEYS.values()) {
    const names = known.key.split('.');
    let section = root;
    for (const [index, name] of names.slice(0, -1).entries()) {
      const path = names.slice(0, index + 1).join('.');
      const inner = section.properties[name] ?? newSection(`The settings ${path}.`);
      section.properties[name] = inner;
      section = inner;
    }
    Object.assign(section.properties, { [names.at(-1) ?? '']: keySchema(known) });
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:stacyvm:configuration',
    title: 'stacyvm.yaml',
    ...root,
  };
}

interface SectionSchema extends JsonSchema {
  readonly properties: Record<string, SectionSchema>;
}

function newSection(description: string): SectionSchema {
  return { description, type: ['object', 'null'], additionalProperties: false, properties: {} };
}

function keySchema(known: KnownKey): JsonSchema {
  const { key, form, definition } = known;
  const hasDefault = form === 'value' && definition.default !== undefined;
  return {
    title: key,
    description: descriptionOf(known),
    ...rulesOf(known),
    // The fields are checked where they are read, with messages that name them; this is for editors.
    ...(definition.type === 'oidc_issuers' ? { items: OIDC_ISSUER_SCHEMA } : {}),
    ...(hasDefault ? { default: definition.default } : {}),
  };
}

/** What a value of a key has to keep: its part of the schema without the explanations. */
export function rulesOf({ form, definition }: KnownKey): JsonSchema {
  return form === 'value' ? valueSchema(definition) : { type: 'string', minLength: 1 };
}

/** The explanation of a key, in one or two sentences. */
export function descriptionOf({ setting, form, definition }: KnownKey): string {
  if (form === 'value') return definition.doc;
  if (form === 'dir') return `Directory for ${setting}: a file for each name, with its secret.`;
  return `${definition.type === 'secrets' ? 'File with one secret a line' : 'File with the secret'} for ${setting}.`;
}

function valueSchema(definition: SettingDefinition): JsonSchema {
  switch (definition.type) {
    case 'string':
      return {
        type: 'string',
        ...(definition.default === '' ? {} : { minLength: 1 }),
        ...textRules(definition),
      };
    case 'path':
      return { type: 'string', ...(definition.default === '' ? {} : { minLength: 1 }) };
    case 'integer':
      return {
        type: 'integer',
        minimum: definition.orZero ? 0 : definition.min,
        maximum: definition.max,
        ...(definition.orZero ? { not: { minimum: 1, maximum: definition.min - 1 } } : {}),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'duration':
      return {
        type: 'string',
        maxLength: MAX_DURATION_LENGTH,
        pattern: DURATION_PATTERN,
        ...(definition.min === undefined ? {} : { [MIN_DURATION]: definition.min }),
        ...(definition.max === undefined ? {} : { [MAX_DURATION]: definition.max }),
      };
    case 'strings':
      return { type: 'array', items: { type: 'string', minLength: 1, ...textRules(definition) } };
    case 'policy_files':
      return { type: 'array', items: { type: 'string', minLength: 1 } };
    case 'oidc_issuers':
      return { type: 'array', maxItems: MAX_OIDC_ISSUERS, items: { type: 'object' } };
    case 'paths_by_name':
    case 'strings_by_name':
      return {
        type: 'object',
        additionalProperties: { type: 'string', minLength: definition.type === 'paths_by_name' ? 1 : 0 },
      };
    case 'secrets_by_name':
      return { type: 'object', additionalProperties: { type: 'string', pattern: NOT_BLANK } };
    case 'secret':
      return { type: 'string', pattern: NOT_BLANK };
    case 'secrets':
      return { type: 'array', items: { type: 'string', pattern: NOT_BLANK } };
  }
}

function textRules(
  definition: Extract<SettingDefinition, { readonly type: 'string' | 'strings' }>,
): JsonSchema {
  return {
    ...(definition.enum === undefined ? {} : { enum: definition.enum }),
    ...(definition.format === undefined ? {} : { format: definition.format }),
  };
}
