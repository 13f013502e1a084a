/** Far more than anything of this protocol has; a list of files of 4 MiB has half as many values. */
const MAX_VALUES = 1_000_000;
const MAX_DEPTH = 64;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, OPEN_OBJECT, CLOSE_ARRAY, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Whether a JSON text has at most a million values, in objects and arrays at most 64 deep. To be asked before it is parsed: two bytes
 * of a hostile peer become an object of sixty, parsing stops everything else for a minute, and what is nested thousands deep breaks
 * whoever encodes it again. Says nothing about whether the text is JSON.
 */
export function isWithinJsonBounds(text: Uint8Array): boolean {
  let values = 1;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values += 1;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        values += 1;
        depth += 1;
        if (depth > MAX_DEPTH) return false;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
    }
    if (values > MAX_VALUES) return false;
  }
  return true;
}

/** The closing quote of the string that begins at `start`, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  let end = text.indexOf(QUOTE, start + 1);
  while (end !== -1 && isEscaped(text, start, end)) end = text.indexOf(QUOTE, end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: Uint8Array, start: number, quote: number): boolean {
  let first = quote;
  while (first - 1 > start && text[first - 1] === BACKSLASH) first -= 1;
  return (quote - first) % 2 === 1;
}
