/** JSON in ASCII: what a stranger wrote into a token must not steer the terminal or break a line. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text as it is if it is printable ASCII, else as a JSON string. */
export function printable(text: string): string {
  return /^[\x20-\x7e]+$/.test(text) ? text : asciiJson(text);
}

/** A time in RFC 3339, UTC, whole seconds. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
