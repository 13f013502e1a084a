import { parseDuration } from '@stacyvm/duration';
import { Ajv, type ValidateFunction } from 'ajv';
import { fileFormOf } from './secret-files.js';
import { SETTINGS, type SettingDefinition } from './settings.js';

type JsonSchema = Record<string, unknown>;

/** The settings as one JSON Schema over flat, dotted keys, file forms of secrets included. */
export function settingsSchema(): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [key, definition] of Object.entries(SETTINGS) as [string, SettingDefinition][]) {
    properties[key] = { ...valueSchema(definition), description: definition.doc };
    const fileForm = fileFormOf(key, definition);
    if (fileForm !== undefined) {
      properties[fileForm] = { type: 'string', minLength: 1, description: `Where ${key} is kept.` };
    }
  }
  return { type: 'object', additionalProperties: false, properties };
}

export function compileSettingsSchema(): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  ajv.addFormat('duration', { type: 'string', validate: isDuration });
  ajv.addKeyword({
    keyword: 'minDuration',
    type: 'string',
    schemaType: 'string',
    validate: (least: string, text: string) =>
      !isDuration(text) || parseDuration(text) >= parseDuration(least),
  });
  return ajv.compile(settingsSchema());
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}

function valueSchema(definition: SettingDefinition): JsonSchema {
  switch (definition.type) {
    case 'string':
      return { type: 'string', ...(definition.enum === undefined ? {} : { enum: definition.enum }) };
    case 'path':
      return { type: 'string' };
    case 'integer':
      return { type: 'integer', minimum: definition.min, maximum: definition.max };
    case 'boolean':
      return { type: 'boolean' };
    case 'duration':
      return {
        type: 'string',
        format: 'duration',
        ...(definition.min === undefined ? {} : { minDuration: definition.min }),
      };
    case 'strings':
      return { type: 'array', items: { type: 'string' } };
    case 'paths_by_name':
    case 'strings_by_name':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'secrets_by_name':
      return { type: 'object', additionalProperties: { type: 'string', minLength: 1 } };
    case 'secret':
      return { type: 'string', minLength: 1 };
    case 'secrets':
      return { type: 'array', items: { type: 'string', minLength: 1 } };
  }
}
