/** `missing_unit`: a number without a unit. `out_of_range`: beyond ±2^53 milliseconds. `invalid`: anything else. */
export type DurationErrorCode = 'empty' | 'invalid' | 'missing_unit' | 'out_of_range';

/** A text that is not a duration. The message quotes at most 64 characters of it. */
export class DurationError extends Error {
  override readonly name = 'DurationError';

  constructor(
    readonly code: DurationErrorCode,
    message: string,
  ) {
    super(message);
  }
}
