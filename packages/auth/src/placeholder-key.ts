/**
 * What examples put in the place of a key; matched without case, separators as `-`. `isPlaceholder` of @stacyvm/config knows the same
 * texts, of which a test of the control plane makes sure: it may read both packages, which may not read each other.
 */
const PLACEHOLDERS: readonly RegExp[] = [
  /change-?(me|this)/,
  /replace-?(me|this|with)/,
  /example-?(api-?)?(key|secret|token|password)/,
  /^(placeholder|todo|fixme|example)(-|$)/,
  /^<.*>$|^\$\{.*\}$|^\{\{.*\}\}$/,
  /^(x{3,}|\*{3,})$/,
];

/** True for a key that stands in examples (`change-me`, `your-api-key`, `<key>`, `xxxx`), in any case, and so is known to all. */
export function isPlaceholderKey(text: string): boolean {
  const normal = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s\-_.]+/g, '-');
  return PLACEHOLDERS.some((pattern) => pattern.test(normal)) || asksForKey(normal.split('-'));
}

const ASKING: ReadonlySet<string> = new Set(['your', 'my', 'insert', 'enter']);
const ASKED_FOR: ReadonlySet<string> = new Set(['key', 'secret', 'token', 'password']);

/** Such as `your`, `api`, `key`. Word by word, for as a pattern it would cost the square of the length. */
function asksForKey(words: readonly string[]): boolean {
  let asks = false;
  for (const word of words) {
    if (asks && ASKED_FOR.has(word)) return true;
    asks = ASKING.has(word) || (asks && /^[a-z0-9]+$/.test(word));
  }
  return false;
}
