/** A clock that stands still until it is moved. */
export interface ManualClock {
  (): Date;
  advance(milliseconds: number): void;
}

export function manualClock(start = '2030-01-01T00:00:00.000Z'): ManualClock {
  let now = Date.parse(start);
  return Object.assign(() => new Date(now), {
    advance(milliseconds: number) {
      now += milliseconds;
    },
  });
}
