import { CommandFailure } from './failure.js';

/** Reads repeated `NAME=VALUE` options into a map. */
export function parsePairs(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const separator = text.indexOf('=');
      if (separator < 1) throw new CommandFailure(`--${option} must be NAME=VALUE`, 2);
      return [text.slice(0, separator), text.slice(separator + 1)];
    }),
  );
}
