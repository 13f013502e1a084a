import { spellControlCharacters } from '../control-characters.js';
import { withoutPassword } from '../shown-value.js';

const MAX_LENGTH = 160;

/** A text as it may be printed: control characters are spelled out, user information of URLs is masked. */
export function printable(text: string): string {
  return spellControlCharacters(withoutPassword(text));
}

/** A value of the configuration for a message: printable, and not endless. */
export function shown(text: string): string {
  const clean = printable(text);
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
