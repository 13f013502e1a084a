/** A clock that goes only when it is told to. */
export interface SettableClock {
  (): Date;
  advance(ms: number): void;
}

export function createSettableClock(start = new Date('2026-03-01T12:00:00Z')): SettableClock {
  let now = start.getTime();
  return Object.assign(() => new Date(now), {
    advance(ms: number) {
      now += ms;
    },
  });
}
