/** The characters that names and references consist of: U+0021 to U+007E, so no white space and no control character. */
export const FIRST_PRINTABLE = 0x21;
export const LAST_PRINTABLE = 0x7e;
export const SLASH = 0x2f;

export function isPrintable(code: number): boolean {
  return code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE;
}

export const PRINTABLE_CODES: readonly number[] = Array.from(
  { length: LAST_PRINTABLE - FIRST_PRINTABLE + 1 },
  (_, index) => FIRST_PRINTABLE + index,
);

/** The code of an upper-case letter becomes that of the lower-case one. */
export function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
