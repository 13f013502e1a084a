/** Collects items for a moment and handles them together. */
export interface Batches<Item, Result> {
  /** @throws the refusal when too many wait, or what the handling of the item failed with */
  add(item: Item): Promise<Result>;
  /** Items that are collected or being handled. */
  readonly size: number;
}

export interface BatchesOptions<Item, Result> {
  /** One result an item, in their order. Only one call is under way at a time. */
  readonly handle: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whether a failure is the fault of some item, so that the others are handled without it. */
  readonly isItemsFault: (error: unknown) => boolean;
  /** Milliseconds for which the first item of a batch waits for others. */
  readonly gatherMs: number;
  /** Items that are handled together at most. */
  readonly batchSize: number;
  /** Items that may wait; more are refused, so that a slow database is not answered by a growing heap. */
  readonly maxWaiting: number;
  readonly refusal: () => Error;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches<Item, Result>(options: BatchesOptions<Item, Result>): Batches<Item, Result> {
  const { handle, isItemsFault, gatherMs, batchSize, maxWaiting, refusal } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let handled = 0;
  let isScheduled = false;

  function schedule(delayMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => void flush(), delayMs);
  }

  async function flush(): Promise<void> {
    const batch = waiting.slice(0, batchSize);
    waiting = waiting.slice(batchSize);
    handled = batch.length;
    await settle(batch);
    handled = 0;
    isScheduled = false;
    const [first] = waiting;
    if (first === undefined) return;
    const waitedMs = performance.now() - first.since;
    schedule(waiting.length >= batchSize ? 0 : Math.max(gatherMs - waitedMs, 0));
  }

  /** By halves where an item spoils the batch: that costs the others some time and nothing else. */
  async function settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await handle(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || !isItemsFault(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await settle(batch.slice(0, middle));
      await settle(batch.slice(middle));
    }
  }

  return {
    add(item) {
      if (waiting.length >= maxWaiting) return Promise.reject(refusal());
      return new Promise((resolve, reject) => {
        waiting.push({ item, since: performance.now(), resolve, reject });
        schedule(gatherMs);
      });
    },
    get size() {
      return waiting.length + handled;
    },
  };
}
