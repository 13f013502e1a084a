/** A bounded map that forgets the entry unused for longest. */
export class VerdictCache<Verdict> {
  readonly #capacity: number;
  // A Map iterates in the order of insertion; an entry that is used moves to the end.
  readonly #entries = new Map<string, Verdict>();

  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 0) {
      throw new TypeError('the size of a cache must be a whole number, 0 or more');
    }
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Verdict | undefined {
    const verdict = this.#entries.get(key);
    if (verdict === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, verdict);
    return verdict;
  }

  set(key: string, verdict: Verdict): void {
    this.#entries.delete(key);
    this.#entries.set(key, verdict);
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
