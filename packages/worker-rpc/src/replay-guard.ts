import { type Clock, systemClock } from './clock.js';

/** `full`: nothing can be accepted without forgetting a token that still lives. */
export type ReplayVerdict = 'accepted' | 'replayed' | 'full';

/** Accepts each token id once for as long as the token lives. */
export interface ReplayGuard {
  accept(tokenId: string, expiresAt: Date): ReplayVerdict;
  readonly size: number;
}

export interface ReplayGuardOptions {
  readonly clock?: Clock | undefined;
  /** How many living tokens are remembered, by default 100000. */
  readonly capacity?: number | undefined;
}

const SLOT_MS = 10_000;

/**
 * Creates a guard. Entries are kept in slots of ten seconds of expiry, and a whole slot is dropped once its tokens
 * are dead, so that memory is bounded by the calls of one token lifetime.
 */
export function createReplayGuard(options: ReplayGuardOptions = {}): ReplayGuard {
  const clock = options.clock ?? systemClock;
  const capacity = options.capacity ?? 100_000;
  const slots = new Map<number, Set<string>>();
  let size = 0;

  function dropDeadSlots(nowMs: number): void {
    for (const [slot, ids] of slots) {
      if ((slot + 1) * SLOT_MS > nowMs) continue;
      size -= ids.size;
      slots.delete(slot);
    }
  }

  return {
    accept(tokenId, expiresAt) {
      const slot = Math.floor(expiresAt.getTime() / SLOT_MS);
      const seen = slots.get(slot);
      if (seen?.has(tokenId)) return 'replayed';
      dropDeadSlots(clock().getTime());
      if (size >= capacity) return 'full';
      size += 1;
      // The slot that was looked up may just have been dropped.
      const ids = slots.get(slot) ?? new Set<string>();
      ids.add(tokenId);
      slots.set(slot, ids);
      return 'accepted';
    },
    get size() {
      return size;
    },
  };
}
