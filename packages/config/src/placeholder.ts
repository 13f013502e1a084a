/** What examples, ours and those of others, put in the place of a secret; matched without case, separators as `-`. */
const PLACEHOLDERS: readonly RegExp[] = [
  /change-?(me|this)/,
  /replace-?(me|this|with)/,
  /example-?(api-?)?(key|secret|token|password)/,
  /(^|-)(your|my|insert|enter)-([a-z0-9]+-)*(key|secret|token|password)(-|$)/,
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
  return PLACEHOLDERS.some((pattern) => pattern.test(normal));
}
