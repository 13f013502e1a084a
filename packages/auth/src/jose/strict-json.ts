/** An object as a Map: no name, `__proto__` included, means anything special in it. */
export type JsonObject = ReadonlyMap<string, unknown>;

/** Arrays and objects nest at most this deep, the outermost being the first level. */
const MAX_DEPTH = 32;

/**
 * Reads one JSON object (RFC 8259) in UTF-8 more strictly than `JSON.parse`: names are unique within their object, texts
 * are whole characters (no surrogate alone), depth is limited. So two readers cannot see two different objects.
 *
 * @throws SyntaxError with a message that quotes nothing of the text
 */
export function parseStrictJsonObject(bytes: Uint8Array): JsonObject {
  const text = decodeUtf8(bytes);
  const value = parse(text);
  if (!isObject(value)) throw new SyntaxError('it is no JSON object');
  refuseAmbiguity(text);
  return new Map(Object.entries(value));
}

/** True for an object of JSON: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // The byte order mark is kept, so that the grammar refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError('it is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message quotes the text.
    throw new SyntaxError('it is no JSON');
  }
}

/** Tokens that matter to a text that `JSON.parse` has accepted: strings and brackets. */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;
const HALF_CHARACTER = /\p{Surrogate}/u;

/** Walks a text that is known to be JSON, with the names that each open object has so far. */
function refuseAmbiguity(text: string): void {
  const open: Array<Set<string> | undefined> = [];
  for (const match of text.matchAll(STRUCTURE)) {
    const [token] = match;
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw new SyntaxError('arrays and objects nest too deep');
    } else if (token === '}' || token === ']') {
      open.pop();
    } else {
      const content = String(JSON.parse(token));
      if (HALF_CHARACTER.test(content)) throw new SyntaxError('a text holds half a character');
      if (isName(text, match.index + token.length)) {
        const names = open.at(-1);
        if (names?.has(content)) throw new SyntaxError('a name occurs twice in an object');
        names?.add(content);
      }
    }
  }
}

const NAME_END = /[ \t\n\r]*:/y;

function isName(text: string, end: number): boolean {
  NAME_END.lastIndex = end;
  return NAME_END.test(text);
}
