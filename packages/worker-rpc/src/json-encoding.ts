import { isWithinJsonBounds } from './json-bounds.js';

const UNSAFE_IN_TEXT = /[<>&\u0085\u2028\u2029]/g;

/**
 * Encodes as the reference does: besides what JSON demands, `<`, `>`, `&` and every line separator are escaped, so
 * that an encoded value is one line for every reader of lines.
 */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE_IN_TEXT, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes one JSON value of strict UTF-8 and a sane shape (`isWithinJsonBounds`), or tells `undefined` (which no JSON text means). */
export function decodeJson(bytes: Uint8Array): unknown {
  if (!isWithinJsonBounds(bytes)) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** Drops the members that are null: on the wire, null means absent. Undefined when `value` is not an object. */
export function presentMembers(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
