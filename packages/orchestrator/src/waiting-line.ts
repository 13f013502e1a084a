/** What a spawn waits for: room in the whole fleet, in its owner's share, or on the workers of its provider. */
export type Scarcity = 'total' | 'owner' | 'provider';

/** What of that has no room left. */
export interface UsedUp {
  total: boolean;
  readonly owners: Set<string>;
  readonly providers: Set<string>;
}

/** What a spawn needs room for, and when it came. */
export interface Claim {
  /** Grows with every spawn of this process. */
  readonly arrival: number;
  /** Whose turn it takes: the tenant's, or the owner's where there is no tenant. */
  readonly lane: string;
  /** Whose share it counts against. */
  readonly owner: string;
  /** The provider, with whatever else decides which workers are suitable. */
  readonly provider: string;
}

/** Those who wait. Lanes take turns; among the spawns of one lane the first to arrive is the first. */
export interface WaitingLine<Waiter extends Claim> {
  readonly size: number;
  join(waiter: Waiter, scarcity: Scarcity): void;
  /** Takes a waiter out that was not served: the turn of its lane is not used. */
  leave(waiter: Waiter): void;
  /** Takes a waiter out that was served: its lane goes behind all others. */
  served(waiter: Waiter): void;
  /** The first who needs nothing that is used up. For those before it is noted what they wait for now. */
  next(usedUp: UsedUp): Waiter | undefined;
  /** What others wait for that this claim needs as well, so that it has to wait behind them. */
  scarcityFor(claim: Pick<Claim, 'owner' | 'provider'>): Scarcity | undefined;
  waiters(): readonly Waiter[];
}

interface Place<Waiter> {
  readonly waiter: Waiter;
  scarcity: Scarcity;
}

export function createWaitingLine<Waiter extends Claim>(): WaitingLine<Waiter> {
  /** The order of the keys is that of their turns. */
  const lanes = new Map<string, Place<Waiter>[]>();
  let size = 0;

  /** The others of the lane; it ends with the last of them. */
  function withdraw(waiter: Waiter): Place<Waiter>[] {
    const lane = lanes.get(waiter.lane) ?? [];
    const index = lane.findIndex((place) => place.waiter === waiter);
    if (index >= 0) {
      lane.splice(index, 1);
      size -= 1;
    }
    if (lane.length === 0) lanes.delete(waiter.lane);
    return lane;
  }

  return {
    get size() {
      return size;
    },

    join(waiter, scarcity) {
      const lane = lanes.get(waiter.lane) ?? [];
      lanes.set(waiter.lane, lane);
      // A spawn that was refused late may have arrived before one that was refused at once.
      const before = lane.findLastIndex((place) => place.waiter.arrival < waiter.arrival);
      lane.splice(before + 1, 0, { waiter, scarcity });
      size += 1;
    },

    leave(waiter) {
      withdraw(waiter);
    },

    served(waiter) {
      const lane = withdraw(waiter);
      if (lane.length === 0) return;
      lanes.delete(waiter.lane);
      lanes.set(waiter.lane, lane);
    },

    next(usedUp) {
      for (const lane of lanes.values()) {
        for (const place of lane) {
          const scarcity = scarcityOf(usedUp, place.waiter);
          if (scarcity === undefined) return place.waiter;
          place.scarcity = scarcity;
        }
      }
      return undefined;
    },

    scarcityFor({ owner, provider }) {
      let found: Scarcity | undefined;
      for (const lane of lanes.values()) {
        for (const { waiter, scarcity } of lane) {
          if (scarcity === 'total') return 'total';
          if (scarcity === 'provider' && waiter.provider === provider) found = 'provider';
          if (scarcity === 'owner' && waiter.owner === owner) found ??= 'owner';
        }
      }
      return found;
    },

    waiters: () => [...lanes.values()].flat().map(({ waiter }) => waiter),
  };
}

/** Notes that there is no room for this claim any more. */
export function noteUsedUp(usedUp: UsedUp, scarcity: Scarcity, { owner, provider }: Claim): void {
  if (scarcity === 'total') usedUp.total = true;
  if (scarcity === 'owner') usedUp.owners.add(owner);
  if (scarcity === 'provider') usedUp.providers.add(provider);
}

function scarcityOf(usedUp: UsedUp, { owner, provider }: Claim): Scarcity | undefined {
  if (usedUp.total) return 'total';
  if (usedUp.providers.has(provider)) return 'provider';
  return usedUp.owners.has(owner) ? 'owner' : undefined;
}
