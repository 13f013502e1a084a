import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { ReserveAnswer } from '@stacyvm/worker-rpc';

/** The memory for long answers of workers, from before they are read until their callers have them. */
export interface HeldAnswers {
  /**
   * For the one answer to a request: what is reserved is given back when the response is written or closed. Those who wait do so in
   * their order, no longer than the patience; one tenant has half of all at most, and so have the callers of none together.
   */
  reserveFor(tenant: string | undefined, response: ServerResponse): ReserveAnswer;
  status(): HeldAnswersStatus;
}

export interface HeldAnswersStatus {
  readonly heldBytes: number;
  readonly limitBytes: number;
  readonly waiting: number;
  readonly waitsTotal: number;
  /** Of those that waited, and were not granted in time. */
  readonly refusalsTotal: number;
}

export interface HeldAnswersOptions {
  readonly limitBytes?: number;
  readonly patienceMs?: number;
}

interface Claim {
  readonly tenant: string;
  readonly bytes: number;
  readonly settle: (granted: boolean) => void;
}

const MIB = 1024 * 1024;
const PATIENCE_MS = 30_000;

export function createHeldAnswers({
  limitBytes = shareOfHeap(),
  patienceMs = PATIENCE_MS,
}: HeldAnswersOptions = {}): HeldAnswers {
  const byTenant = new Map<string, number>();
  const waiting = new Set<Claim>();
  let heldBytes = 0;
  let waitsTotal = 0;
  let refusalsTotal = 0;

  function change(tenant: string, bytes: number): void {
    heldBytes += bytes;
    const own = (byTenant.get(tenant) ?? 0) + bytes;
    if (own === 0) byTenant.delete(tenant);
    else byTenant.set(tenant, own);
  }

  /** An answer that is larger than the share is served when its tenant has no other. */
  function isWithinShare({ tenant, bytes }: Claim): boolean {
    const own = byTenant.get(tenant) ?? 0;
    return own === 0 || own + bytes <= limitBytes / 2;
  }

  /** In the order of arrival; only a tenant that has its share is passed by. */
  function grantWaiting(): void {
    const passedBy = new Set<string>();
    for (const claim of waiting) {
      if (passedBy.has(claim.tenant)) continue;
      if (!isWithinShare(claim)) passedBy.add(claim.tenant);
      else if (heldBytes + claim.bytes > limitBytes) return;
      else {
        change(claim.tenant, claim.bytes);
        claim.settle(true);
      }
    }
  }

  function claimFor(tenant: string, bytes: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const giveUp = (): void => {
        claim.settle(false);
        // Whoever came later may have waited for this one alone.
        grantWaiting();
      };
      const late = setTimeout(() => {
        refusalsTotal += 1;
        giveUp();
      }, patienceMs);
      const claim: Claim = {
        tenant,
        bytes,
        settle(granted) {
          clearTimeout(late);
          signal.removeEventListener('abort', giveUp);
          waiting.delete(claim);
          resolve(granted);
        },
      };
      signal.addEventListener('abort', giveUp);
      waiting.add(claim);
      grantWaiting();
      if (waiting.has(claim)) waitsTotal += 1;
    });
  }

  return {
    reserveFor(tenant = '', response) {
      let reserved = 0;
      const giveBack = (): void => {
        change(tenant, -reserved);
        reserved = 0;
        grantWaiting();
      };
      response.once('close', giveBack);
      return async (bytes, signal) => {
        const claimed = Math.min(bytes, limitBytes);
        if (claimed <= reserved) {
          change(tenant, claimed - reserved);
          reserved = claimed;
          grantWaiting();
          return true;
        }
        giveBack();
        if (signal.aborted || response.destroyed) return false;
        const granted = await claimFor(tenant, claimed, signal);
        if (!granted) return false;
        reserved = claimed;
        if (response.destroyed) giveBack();
        return true;
      };
    },
    status: () => ({ heldBytes, limitBytes, waiting: waiting.size, waitsTotal, refusalsTotal }),
  };
}

/** While an answer is turned into another it is there several times, as bytes and as text. */
function shareOfHeap(): number {
  return Math.max(Math.floor(getHeapStatistics().heap_size_limit / 8), 64 * MIB);
}
