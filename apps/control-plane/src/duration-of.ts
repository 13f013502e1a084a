import { DurationError, parseDuration } from '@stacyvm/duration';

/** The milliseconds of a duration; undefined when the text is none. */
export function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}
