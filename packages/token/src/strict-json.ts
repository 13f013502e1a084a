/** A JSON number as it was written, so that `1.0`, `1e0`, `-0` and `1` stay apart. */
export class JsonNumeral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object as a Map: no name, `__proto__` included, means anything special in it. */
export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | string | JsonNumeral | readonly JsonValue[] | JsonObject;

/** Arrays and objects nest at most this deep, the outermost being the first level. */
export const MAX_JSON_DEPTH = 32;

/**
 * Reads one JSON text (RFC 8259) more strictly than `JSON.parse`: names are unique within their object, escapes form
 * whole characters (no surrogate alone), depth is limited. Time is linear in the length.
 * @throws SyntaxError, with a message that quotes nothing of the text
 */
export function parseStrictJson(text: string): JsonValue {
  return new JsonReader(text).read();
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const SMALL_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const fourHexDigits = /^[0-9A-Fa-f]{4}$/;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class JsonReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonValue {
    const value = this.#value(1);
    this.#skipWhiteSpace();
    if (this.#position !== this.#text.length) throw this.#error('something follows the value');
    return value;
  }

  #value(level: number): JsonValue {
    this.#skipWhiteSpace();
    switch (this.#text.charCodeAt(this.#position)) {
      case OPEN_BRACE:
        return this.#object(level);
      case OPEN_BRACKET:
        return this.#array(level);
      case QUOTE:
        return this.#string();
      case 0x74:
        return this.#literal('true', true);
      case 0x66:
        return this.#literal('false', false);
      case 0x6e:
        return this.#literal('null', null);
      default:
        return this.#number();
    }
  }

  #object(level: number): JsonObject {
    this.#enter(level);
    const members = new Map<string, JsonValue>();
    if (this.#accept(CLOSE_BRACE)) return members;
    do {
      this.#skipWhiteSpace();
      if (this.#text.charCodeAt(this.#position) !== QUOTE) throw this.#error('a member has no name');
      const name = this.#string();
      if (members.has(name)) throw this.#error('a name occurs twice in an object');
      if (!this.#accept(COLON)) throw this.#error('a name is not followed by a colon');
      members.set(name, this.#value(level + 1));
    } while (this.#accept(COMMA));
    if (!this.#accept(CLOSE_BRACE)) throw this.#error('an object is not closed');
    return members;
  }

  #array(level: number): readonly JsonValue[] {
    this.#enter(level);
    const elements: JsonValue[] = [];
    if (this.#accept(CLOSE_BRACKET)) return elements;
    do {
      elements.push(this.#value(level + 1));
    } while (this.#accept(COMMA));
    if (!this.#accept(CLOSE_BRACKET)) throw this.#error('an array is not closed');
    return elements;
  }

  #string(): string {
    const text = this.#text;
    let value = '';
    let from = this.#position + 1;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        this.#position = at + 1;
        value += text.slice(from, at) + this.#escape();
        from = this.#position;
        at = from;
      } else if (code >= 0x20) {
        at += 1;
      } else {
        throw this.#error('a string holds a control character or is not closed');
      }
    }
    this.#position = at + 1;
    return value + text.slice(from, at);
  }

  #escape(): string {
    if (this.#text.charCodeAt(this.#position) === SMALL_U) return this.#escapedCharacter();
    const character = shortEscapes.get(this.#text.charAt(this.#position));
    if (character === undefined) throw this.#error('an escape is unknown');
    this.#position += 1;
    return character;
  }

  #escapedCharacter(): string {
    const first = this.#escapedUnit();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first > 0xdbff || this.#text.charCodeAt(this.#position) !== BACKSLASH) throw this.#loneSurrogate();
    this.#position += 1;
    if (this.#text.charCodeAt(this.#position) !== SMALL_U) throw this.#loneSurrogate();
    const second = this.#escapedUnit();
    if (second < 0xdc00 || second > 0xdfff) throw this.#loneSurrogate();
    return String.fromCharCode(first, second);
  }

  #escapedUnit(): number {
    const digits = this.#text.slice(this.#position + 1, this.#position + 5);
    if (!fourHexDigits.test(digits)) throw this.#error('an escape has not four hexadecimal digits');
    this.#position += 5;
    return Number.parseInt(digits, 16);
  }

  #number(): JsonNumeral {
    numeral.lastIndex = this.#position;
    const match = numeral.exec(this.#text);
    if (match === null) throw this.#error('a value is missing or unknown');
    this.#position = numeral.lastIndex;
    return new JsonNumeral(match[0]);
  }

  #literal<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#position)) throw this.#error('a word is unknown');
    this.#position += word.length;
    return value;
  }

  #enter(level: number): void {
    if (level > MAX_JSON_DEPTH) throw this.#error('arrays and objects nest too deep');
    this.#position += 1;
  }

  #accept(code: number): boolean {
    this.#skipWhiteSpace();
    if (this.#text.charCodeAt(this.#position) !== code) return false;
    this.#position += 1;
    return true;
  }

  #skipWhiteSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#position += 1;
    }
  }

  #loneSurrogate(): SyntaxError {
    return this.#error('an escaped surrogate stands alone');
  }

  #error(problem: string): SyntaxError {
    return new SyntaxError(`not strict JSON: ${problem}`);
  }
}
