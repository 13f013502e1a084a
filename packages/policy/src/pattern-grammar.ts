import { PolicyError } from './errors.js';
import { isPrintable, lowerCode, PRINTABLE_CODES, SLASH } from './printable.js';

/** The longest pattern in characters. It bounds the memory and time of every match. */
export const MAX_PATTERN_LENGTH = 512;

/** One character out of a set, or a run of any length, which either may have `/` in it or not. */
export type PatternToken =
  | { readonly kind: 'character'; readonly codes: ReadonlySet<number> }
  | { readonly kind: 'run'; readonly crossesSlash: boolean };

interface Reading {
  readonly text: string;
  /** Letters before this index stand for their lower-case form. */
  readonly foldBefore: number;
}

interface Read<T> {
  readonly value: T;
  /** The index after what was read. */
  readonly next: number;
}

const ANY_BUT_SLASH: ReadonlySet<number> = new Set(PRINTABLE_CODES.filter((code) => code !== SLASH));

/**
 * Checks a pattern before it is stored. Grammar: `*` a run without `/`; `**` any run; `?` one character except `/`; `[abc]`, `[a-z]`,
 * `[!a-z]` or `[^a-z]` one character of a class, never `/`; `\` makes the next character literal; anything else stands for itself.
 * Only printable ASCII without white space is possible, since names and references have nothing else.
 *
 * @throws PolicyError `invalid_pattern` with `position`
 */
export function validatePattern(pattern: string): void {
  parsePattern(pattern, 0);
}

/**
 * @param foldBefore letters before this index are read as lower-case ones
 * @throws PolicyError `invalid_pattern` with `position`
 */
export function parsePattern(text: string, foldBefore: number): readonly PatternToken[] {
  if (text === '') throw invalid(0, 'it is empty; use ** to match everything');
  if (text.length > MAX_PATTERN_LENGTH) {
    throw invalid(MAX_PATTERN_LENGTH, `it has more than ${MAX_PATTERN_LENGTH} characters`);
  }
  const tokens: PatternToken[] = [];
  const reading = { text, foldBefore };
  for (let index = 0; index < text.length; ) {
    const { value, next } = readToken(reading, index);
    tokens.push(value);
    index = next;
  }
  return tokens;
}

function readToken(reading: Reading, index: number): Read<PatternToken> {
  const { text } = reading;
  switch (text[index]) {
    case '*':
      return readRun(text, index);
    case '?':
      return { value: { kind: 'character', codes: ANY_BUT_SLASH }, next: index + 1 };
    case '[':
      return readClass(reading, index);
    case ']':
      throw invalid(index, 'this ] closes nothing; write \\] for the character');
    default: {
      const { value, next } = readCharacter(reading, index);
      return { value: { kind: 'character', codes: new Set([value]) }, next };
    }
  }
}

function readRun(text: string, start: number): Read<PatternToken> {
  if (text.startsWith('***', start))
    throw invalid(start + 2, 'there are more than two * in a row; use * or **');
  const crossesSlash = text[start + 1] === '*';
  return { value: { kind: 'run', crossesSlash }, next: start + (crossesSlash ? 2 : 1) };
}

/** A literal character, perhaps after a backslash. */
function readCharacter({ text, foldBefore }: Reading, start: number): Read<number> {
  const index = text[start] === '\\' ? start + 1 : start;
  if (index >= text.length) throw invalid(start, 'a character must follow the backslash');
  const code = text.charCodeAt(index);
  if (!isPrintable(code)) {
    throw invalid(index, 'only printable ASCII characters without white space are possible');
  }
  return { value: index < foldBefore ? lowerCode(code) : code, next: index + 1 };
}

function readClass(reading: Reading, start: number): Read<PatternToken> {
  const { text } = reading;
  const negated = text[start + 1] === '!' || text[start + 1] === '^';
  const listed = new Set<number>();
  let index = start + (negated ? 2 : 1);
  while (text[index] !== ']') {
    if (index >= text.length) throw invalid(start, 'this [ is never closed; write \\[ for the character');
    const { value, next } = readRange(reading, index, start);
    for (const code of value) listed.add(code);
    index = next;
  }
  if (listed.size === 0) throw invalid(start, 'this class is empty; write \\] for the character in it');
  const codes = PRINTABLE_CODES.filter((code) => code !== SLASH && listed.has(code) !== negated);
  if (codes.length === 0) throw invalid(start, 'this class matches no character');
  return { value: { kind: 'character', codes: new Set(codes) }, next: index + 1 };
}

/** `a` or `a-z`. A `-` that is first or last in its class stands for itself. */
function readRange(reading: Reading, start: number, classStart: number): Read<readonly number[]> {
  const { text, foldBefore } = reading;
  const unfolded = { text, foldBefore: 0 };
  if (text[start] === '[') throw invalid(start, 'write \\[ for the character in a class');
  const from = readCharacter(unfolded, start);
  const isRange = text[from.next] === '-' && from.next + 1 < text.length && text[from.next + 1] !== ']';
  const to = isRange ? readCharacter(unfolded, from.next + 1) : from;
  if (to.value < from.value) throw invalid(start, 'the range is backwards; its lower end comes first');
  const codes = PRINTABLE_CODES.filter((code) => code >= from.value && code <= to.value);
  if (!isRange && from.value === SLASH) throw invalid(start, 'a class never matches /');
  return {
    value: classStart < foldBefore ? codes.map(lowerCode) : codes,
    next: to.next,
  };
}

function invalid(position: number, why: string): PolicyError {
  return new PolicyError('invalid_pattern', `invalid pattern at character ${position + 1}: ${why}`, {
    position,
  });
}
