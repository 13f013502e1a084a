import { DurationError, formatDuration, parseDuration } from '@stacyvm/duration';
import { CommandFailure } from '../failure.js';

/** The milliseconds of an option's text such as `5m`, `90s` or `1m30s`, rounded to whole ones. */
export function millisecondsOf(option: string, text: string): number {
  try {
    const milliseconds = Math.round(parseDuration(text));
    if (milliseconds >= 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
  }
  throw new CommandFailure(`--${option} must be a duration such as 5m, 90s or 1m30s`, 2);
}

/** The same where times are whole seconds, as they are in tokens. */
export function wholeSecondsOf(option: string, text: string): number {
  const seconds = millisecondsOf(option, text) / 1000;
  if (!Number.isInteger(seconds)) throw new CommandFailure(`--${option} must be whole seconds`, 2);
  return seconds;
}

/** Whole seconds as a duration: `45s`, `5m0s`. */
export function formatSeconds(seconds: number): string {
  return formatDuration(seconds * 1000);
}
