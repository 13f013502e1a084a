/** Room for any id, address or sentence; what is longer is cut, because a record must not be lost over it. */
const MAX_RECORDED_LENGTH = 512;

const REPLACEMENT = '\uFFFD';

/** At most `maxLength` UTF-16 units, without half a character at the end. */
export function cutText(text: string, maxLength: number): string {
  const cut = text.slice(0, maxLength);
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/**
 * Text that came with a request, in a form Postgres always takes: without NUL, well-formed, at most 512 characters.
 * A caller must not be able to avoid being recorded by sending what cannot be stored.
 */
export function recordedText(text: string): string {
  return cutText(text, MAX_RECORDED_LENGTH)
    .replaceAll('\0', REPLACEMENT)
    .replace(/\p{Surrogate}/gu, REPLACEMENT);
}

/** The same for serialised JSON, where the characters that jsonb refuses stand as escapes. */
export function recordedJson(json: string): string {
  // Every escape is matched, so that the second backslash of an escaped one is not taken for the start of another.
  return json.replace(/\\(u[0-9a-f]{4}|.)/gi, (whole, code: string) =>
    /^u(?:0000|d[89a-f])/i.test(code) ? REPLACEMENT : whole,
  );
}
