const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 time with up to nine fractional digits; undefined when it is none. */
export function parseTime(text: string): Date | undefined {
  if (!RFC3339.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Prints with milliseconds, trailing zeros removed, as the reference does. */
export function formatTime(date: Date): string {
  return date.toISOString().replace(/\.?0*Z$/, 'Z');
}

/** Prints whole seconds. */
export function formatTimeInSeconds(date: Date): string {
  return `${date.toISOString().slice(0, -5)}Z`;
}
