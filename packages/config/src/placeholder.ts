/** What examples, ours and those of others, put in the place of a secret; matched without case, separators as `-`. */
const PLACEHOLDERS: readonly RegExp[] = [
  /change-?(me|this)/,
  /replace-?(me|this|with)/,
  /example-?(api-?)?(key|secret|token|password)/,
  /^(placeholder|todo|fixme|example)(-|$)/,
  /^<.*>$|^\$\{.*\}$|^\{\{.*\}\}$/,
  /^(x{3,}|\*{3,})$/,
];

/** Tells whether a secret is one that stands in examples, such as `change-me` or `<your key>`, and so is known to all. */
export function isPlaceholder(text: string): boolean {
  const normal = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s\-_.]+/g, '-');
  return PLACEHOLDERS.some((pattern) => pattern.test(normal)) || isRequest(normal);
}

const ASKING: ReadonlySet<string> = new Set(['your', 'my', 'insert', 'enter']);
const ASKED_FOR: ReadonlySet<string> = new Set(['key', 'secret', 'token', 'password']);

/** Such as `your-api-key`. Word by word, for as a pattern it would cost the square of the length. */
function isRequest(normal: string): boolean {
  let asks = false;
  for (const word of normal.split('-')) {
    if (asks && ASKED_FOR.has(word)) return true;
    asks = ASKING.has(word) || (asks && /^[a-z0-9]+$/.test(word));
  }
  return false;
}
