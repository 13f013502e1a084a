import { withoutPassword } from '../shown-value.js';

const MAX_LENGTH = 160;

/** A value of the configuration for a message: no control characters, no user information of URLs, not endless. */
export function shown(text: string, maxLength = MAX_LENGTH): string {
  const clean = withoutPassword(text).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
