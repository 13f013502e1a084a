const RFC3339 = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** Clocks differ; a time beyond this is a mistake. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** The moment up to which something is revoked: `now`, or a time in RFC 3339 that is at most a day ahead; else undefined. */
export function momentBefore(text: string, now: Date): Date | undefined {
  if (text === 'now') return now;
  const date = RFC3339.exec(text)?.[1];
  const moment = new Date(date === undefined ? Number.NaN : text);
  // A day that its month does not have would silently become one of the next month.
  const isOnCalendar = date !== undefined && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date);
  const isNear = moment.getTime() - now.getTime() <= MAX_AHEAD_MS;
  return isOnCalendar && isNear && moment.getUTCFullYear() >= 1970 ? moment : undefined;
}
