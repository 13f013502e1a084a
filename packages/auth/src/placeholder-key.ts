const PLACEHOLDER = /change-?me|replace-?me|your-api-key|example-key/i;

/** True for a key that stands in an example (`change-me`, `replace-me`, `your-api-key`, `example-key`), in any case. */
export function isPlaceholderKey(text: string): boolean {
  return PLACEHOLDER.test(text);
}
