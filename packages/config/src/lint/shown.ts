const MAX_LENGTH = 160;

/** A value of the configuration for a message: no control characters, no user information of URLs, not endless. */
export function shown(text: string, maxLength = MAX_LENGTH): string {
  const clean = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\u{${code.toString(16)}}`;
    })
    .replaceAll(/\/\/[^/?#\s]*@/g, '//[redacted]@');
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
