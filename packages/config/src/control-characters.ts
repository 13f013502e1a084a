/**
 * A text on one line that cannot steer a terminal: control and format characters are spelled out, as `\u{1b}`. Keys come
 * from files, and messages go to terminals and into logs.
 */
export function spellControlCharacters(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
