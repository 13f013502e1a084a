/** A point in time: a Date, or milliseconds since 1970-01-01T00:00:00Z, fractions allowed. */
export type Instant = Date | number;

/** Tells the current time; `Date.now` is one. */
export type Clock = () => Instant;

/** Milliseconds of an instant. A NaN would make every comparison false and so accept expired tokens. */
export function epochMilliseconds(instant: Instant): number {
  const milliseconds = typeof instant === 'number' ? instant : instant.getTime();
  if (!Number.isFinite(milliseconds)) throw new TypeError('the time must be a valid Date or a finite number');
  return milliseconds;
}
