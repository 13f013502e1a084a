const MINUTE_MS = 60_000;

interface Count {
  readonly failures: number;
  readonly atMs: number;
}

/**
 * Counts failures of many sources. A count leaks: of `perMinute` failures one is forgotten every 60 / `perMinute` seconds. At
 * most `maxSources` are kept; the one that failed longest ago is forgotten for a new one.
 */
export class FailureCounts {
  readonly #counts = new Map<string, Count>();
  readonly #maxSources: number;

  constructor(maxSources: number) {
    this.#maxSources = maxSources;
  }

  get size(): number {
    return this.#counts.size;
  }

  note(source: string, perMinute: number, nowMs: number): void {
    const failures = Math.min(this.#left(source, perMinute, nowMs) + 1, perMinute);
    this.#counts.delete(source);
    if (this.#counts.size >= this.#maxSources) {
      const oldest = this.#counts.keys().next();
      if (!oldest.done) this.#counts.delete(oldest.value);
    }
    this.#counts.set(source, { failures, atMs: nowMs });
  }

  /** Milliseconds until the source may fail again; 0: it may now. */
  waitMs(source: string, perMinute: number, nowMs: number): number {
    const over = this.#left(source, perMinute, nowMs) - (perMinute - 1);
    return over <= 0 ? 0 : (over * MINUTE_MS) / perMinute;
  }

  #left(source: string, perMinute: number, nowMs: number): number {
    const count = this.#counts.get(source);
    if (count === undefined) return 0;
    return Math.max(0, count.failures - ((nowMs - count.atMs) * perMinute) / MINUTE_MS);
  }
}
