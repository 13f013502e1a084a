import { isPlaceholder } from '../placeholder.js';

/** Below these a secret can be guessed by somebody who can try offline, or who can try long enough online. */
export interface StrengthDemand {
  readonly minBytes: number;
  readonly minBits: number;
  readonly minDistinct: number;
}

/** For what signs or authenticates alone. */
export const KEY_STRENGTH: StrengthDemand = { minBytes: 32, minBits: 96, minDistinct: 8 };

/** For a password behind a server that slows guessing down. */
export const PASSWORD_STRENGTH: StrengthDemand = { minBytes: 16, minBits: 64, minDistinct: 6 };

const WORDS =
  /passw(?:or)?d|passphrase|secret|stacyvm|sandbox|worker|control|plane|admin|root|token|signing|shared|master|change|replace|example|sample|default|production|staging|develop|test|demo|dummy|local|welcome|letmein|monkey|dragon|iloveyou|qwerty|abc123|api|key|insecure|temp|foobar|lorem|ipsum|correct|horse|battery|staple|deadbeef|cafebabe|the|this|that|not|for|use|your|with|strong|long|enough|please|very|super|should|must|my|(?:19|20)\d\d/g;
const ROWS = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1234567890',
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
];
const RUN_LENGTH = 4;
/** Every run of that length, in both directions. */
const RUNS: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => [row, [...row].reverse().join('')]).flatMap((row) =>
    Array.from({ length: row.length - RUN_LENGTH + 1 }, (_, start) => row.slice(start, start + RUN_LENGTH)),
  ),
);
/** A word out of a list of 7,776, as dice choose it, has about this many bits. */
const BITS_PER_WORD = 12.9;
/** Longer secrets are not looked at further. */
const MAX_LENGTH = 4_096;

/** Whether it is one of the texts that examples have in the place of a secret. */
export function isPlaceholderSecret(secret: string): boolean {
  return /change-me|changeme|replace-me/i.test(secret) || isPlaceholder(secret);
}

/** Why a secret is weak, without a word of it; undefined when it looks like one that was drawn at random. */
export function weaknessOf(secret: string, demand: StrengthDemand): string | undefined {
  if (Buffer.byteLength(secret) < demand.minBytes) return `is shorter than ${demand.minBytes} bytes`;
  const text = secret.slice(0, MAX_LENGTH);
  if (new Set(text).size < demand.minDistinct) return 'is made of few different characters';
  const predictable = countPredictable(text);
  const bits = estimateBits(text, predictable);
  if (bits >= demand.minBits) return undefined;
  if (isWords(text)) return 'is made of too few words';
  return predictable * 2 > text.length
    ? 'is made of known words, keyboard runs or repetitions'
    : `has less than ${demand.minBits} bits of entropy by estimate`;
}

function estimateBits(text: string, predictable: number): number {
  if (isWords(text)) {
    const words = new Set(text.toLowerCase().match(/[a-z]+/g));
    return words.size * BITS_PER_WORD;
  }
  return Math.max(0, text.length - predictable) * Math.log2(alphabetSize(text));
}

/** Words with something between them, as a passphrase has: letters alone, of one case but for the first. */
function isWords(text: string): boolean {
  return /^[A-Za-z]?[a-z]{2,15}(?:[-_ .][A-Za-z]?[a-z]{2,15}){2,}$/.test(text);
}

function alphabetSize(text: string): number {
  if (/^(?:[\da-f]+|[\dA-F]+)$/.test(text.replaceAll('-', ''))) return 16;
  const classes: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 10],
  ];
  return classes.reduce((size, [pattern, count]) => size + (pattern.test(text) ? count : 0), 0);
}

/** How many characters a guesser gets for nothing: in known words, in runs, in what was there before. */
function countPredictable(text: string): number {
  const lower = text.toLowerCase();
  const isPredictable = new Uint8Array(lower.length);
  for (const match of lower.matchAll(WORDS))
    isPredictable.fill(1, match.index, match.index + match[0].length);
  const seen = new Set<string>();
  for (let index = 0; index + RUN_LENGTH <= lower.length; index += 1) {
    const piece = lower.slice(index, index + RUN_LENGTH);
    if (seen.has(piece) || RUNS.has(piece)) isPredictable.fill(1, index, index + RUN_LENGTH);
    else seen.add(piece);
  }
  return isPredictable.reduce((count, one) => count + one, 0);
}
