/** Remembers the highest generation of every leased resource, so that an outdated lease cannot act any more. */
export interface LeaseFence {
  /** Remembers `generation` and tells true, unless it is lower than one seen before, or no positive integer. */
  accept(resourceId: string, generation: number): boolean;
  /** The highest generation seen, if the resource is remembered. */
  highest(resourceId: string): number | undefined;
  readonly size: number;
}

export interface LeaseFenceOptions {
  /** How many resources are remembered, by default 65536. Beyond it the one used least recently is forgotten. */
  readonly capacity?: number | undefined;
}

/**
 * Creates an empty fence. Feed it the generations that a worker knows at its start by `accept`.
 */
export function createLeaseFence(options: LeaseFenceOptions = {}): LeaseFence {
  const capacity = options.capacity ?? 65_536;
  const generations = new Map<string, number>();
  return {
    accept(resourceId, generation) {
      const highest = generations.get(resourceId) ?? 1;
      if (!Number.isSafeInteger(generation) || generation < highest) return false;
      generations.delete(resourceId);
      generations.set(resourceId, generation);
      if (generations.size > capacity) {
        for (const oldest of generations.keys()) {
          generations.delete(oldest);
          break;
        }
      }
      return true;
    },
    highest: (resourceId) => generations.get(resourceId),
    get size() {
      return generations.size;
    },
  };
}
