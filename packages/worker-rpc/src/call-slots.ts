import { RPC_METHODS, type RpcMethodName } from './rpc-methods.js';

/**
 * What a call takes part in. Programs may run for hours and spawns are heavy, so neither keeps the short calls out; `vital` ones,
 * by which sandboxes are ended and looked after, always have room.
 */
export type CallKind = 'exec' | 'spawn' | 'short' | 'vital';

/** Calls that are being served now, by kind. */
export type CallLoad = Readonly<Record<CallKind, number>>;

/** Bounds how many calls are served at once. One worker's; a worker and each of its callers have their own. */
export interface CallSlots {
  /** Takes a slot, to be given back once by what is returned; undefined when those of the method's kind are taken. */
  take(method: RpcMethodName): (() => void) | undefined;
  load(): CallLoad;
}

/** What a worker takes at once of each kind unless told. */
export const DEFAULT_CONCURRENT_CALLS = 256;

/** @param limit calls of each kind but `vital`, 1 or more */
export function createCallSlots(limit = DEFAULT_CONCURRENT_CALLS): CallSlots {
  const taken: Record<CallKind, number> = { exec: 0, spawn: 0, short: 0, vital: 0 };
  return {
    take(method) {
      const { kind } = RPC_METHODS[method];
      if (kind !== 'vital' && taken[kind] >= limit) return undefined;
      taken[kind] += 1;
      let held = true;
      return () => {
        if (held) taken[kind] -= 1;
        held = false;
      };
    },
    load: () => ({ ...taken }),
  };
}
