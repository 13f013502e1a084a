import type { PatternToken } from './pattern-grammar.js';
import { isPrintable, SLASH } from './printable.js';

const CODES = 128;

/**
 * A pattern as a non-deterministic automaton whose states are bits. State n means that n of the pattern's characters have been
 * matched; a run is a loop at its state. All states advance at once, so that a match costs one step for each character of the
 * value, whatever the pattern: there is nothing to backtrack to.
 */
export class PatternAutomaton {
  /** The number of states; the last one accepts. */
  readonly size: number;
  readonly #words: number;
  /** For each code, the states that it moves on. */
  readonly #advancing: Uint32Array;
  /** The states where a run goes on with `/`, and with any other character. */
  readonly #loopsWithSlash: Uint32Array;
  readonly #loops: Uint32Array;

  constructor(tokens: readonly PatternToken[]) {
    this.size = 1 + tokens.filter(({ kind }) => kind === 'character').length;
    this.#words = Math.ceil(this.size / 32);
    this.#advancing = new Uint32Array(CODES * this.#words);
    this.#loopsWithSlash = new Uint32Array(this.#words);
    this.#loops = new Uint32Array(this.#words);
    let state = 0;
    for (const token of tokens) {
      if (token.kind === 'run') {
        addState(this.#loops, state);
        if (token.crossesSlash) addState(this.#loopsWithSlash, state);
      } else {
        for (const code of token.codes) addState(this.#advancing, state, code * this.#words);
        state += 1;
      }
    }
  }

  matches(value: string): boolean {
    if (!this.#mayStartWith(value)) return false;
    if (this.#words === 1) return this.#matchesInOneWord(value);
    const states = this.start();
    for (let index = 0; index < value.length; index += 1) {
      if (!this.step(states, value.charCodeAt(index))) return false;
    }
    return this.isAccepting(states);
  }

  /** The set of states before the first character. */
  start(): Uint32Array {
    const states = new Uint32Array(this.#words);
    addState(states, 0);
    return states;
  }

  /** Reads one character: changes `states` in place, and says whether any is left. */
  step(states: Uint32Array, code: number): boolean {
    if (!isPrintable(code)) return false;
    const loops = code === SLASH ? this.#loopsWithSlash : this.#loops;
    const column = code * this.#words;
    let carry = 0;
    let left = 0;
    for (let word = 0; word < this.#words; word += 1) {
      const before = states[word] ?? 0;
      const advancing = before & (this.#advancing[column + word] ?? 0);
      const after = (advancing << 1) | carry | (before & (loops[word] ?? 0));
      carry = advancing >>> 31;
      states[word] = after;
      left |= after;
    }
    return left !== 0;
  }

  isAccepting(states: Uint32Array): boolean {
    return hasState(states, this.size - 1);
  }

  advances(state: number, code: number): boolean {
    return hasState(this.#advancing, state, code * this.#words);
  }

  loops(state: number, code: number): boolean {
    return hasState(code === SLASH ? this.#loopsWithSlash : this.#loops, state);
  }

  /** Two codes with the same text are alike to this automaton. */
  columnOf(code: number): string {
    const column = this.#advancing.subarray(code * this.#words, (code + 1) * this.#words);
    return `${column.join()}${code === SLASH ? '/' : ''}`;
  }

  /** `step` for the many patterns whose states fit into one number. */
  #matchesInOneWord(value: string): boolean {
    const loops = this.#loops[0] ?? 0;
    const loopsWithSlash = this.#loopsWithSlash[0] ?? 0;
    let states = 1;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (!isPrintable(code)) return false;
      const advancing = states & (this.#advancing[code] ?? 0);
      states = (advancing << 1) | (states & (code === SLASH ? loopsWithSlash : loops));
      if (states === 0) return false;
    }
    return (states & (1 << (this.size - 1))) !== 0;
  }

  /** Most rules of a long list begin with another character than the value: those cost nothing. */
  #mayStartWith(value: string): boolean {
    if (value === '') return true;
    const code = value.charCodeAt(0);
    return isPrintable(code) && (this.loops(0, code) || this.advances(0, code));
  }
}

function addState(bits: Uint32Array, state: number, offset = 0): void {
  const word = offset + (state >>> 5);
  bits[word] = (bits[word] ?? 0) | (1 << (state & 31));
}

function hasState(bits: Uint32Array, state: number, offset = 0): boolean {
  return ((bits[offset + (state >>> 5)] ?? 0) & (1 << (state & 31))) !== 0;
}
