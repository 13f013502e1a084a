import type { RevocationQuery } from '@stacyvm/token';
import type { RevocationEntry } from './revocation-feed.js';

/** What is revoked, as of one version of the control plane's list. */
export interface RevocationList {
  /** Undefined: nothing has been loaded yet. */
  readonly version: number | undefined;
  /** Entries, after those that say the same have been merged. */
  readonly size: number;
  /** Takes over a whole list. */
  replace(version: number, entries: Iterable<RevocationEntry>): void;
  /**
   * Whether a token is revoked: by its id, by its worker when it was issued before the entry's moment (a token that
   * does not say when counts as older), or by the fingerprint of the key that signed it or of that key's master.
   */
  isRevoked(query: RevocationQuery): boolean;
  /** Whether what the worker got at that moment is revoked by an entry for the worker. */
  isWorkerRevoked(workerId: string, at: Date): boolean;
}

interface Index {
  readonly tokenIds: ReadonlySet<string>;
  /** By worker id: everything issued before, in milliseconds since 1970. */
  readonly issuedBefore: ReadonlyMap<string, number>;
  readonly fingerprints: ReadonlySet<string>;
}

/**
 * Creates an empty list. Each check costs at most four look-ups, however long the list is.
 *
 * @example
 * const revocations = createRevocationList();
 * const verifier = createWorkerTokenVerifier({ keyring, audience, isRevoked: revocations.isRevoked });
 * // when a heartbeat brings a new list:
 * revocations.replace(feed.version, feed.entries);
 * listener.revalidate(revocations.isRevoked);
 */
export function createRevocationList(): RevocationList {
  let index = indexOf([]);
  let loaded: number | undefined;

  function isWorkerRevoked(workerId: string, at: Date | undefined): boolean {
    const issuedBefore = index.issuedBefore.get(workerId);
    if (issuedBefore === undefined) return false;
    // A time that is none compares false with everything, and must not let a token pass.
    return !(at !== undefined && at.getTime() >= issuedBefore);
  }

  return {
    get version() {
      return loaded;
    },
    get size() {
      return index.tokenIds.size + index.issuedBefore.size + index.fingerprints.size;
    },
    replace(version, entries) {
      index = indexOf(entries);
      loaded = version;
    },
    isRevoked: ({ tokenId, workerId, issuedAt, keyFingerprint, signingKeyFingerprint }) =>
      (tokenId !== undefined && index.tokenIds.has(tokenId)) ||
      index.fingerprints.has(signingKeyFingerprint) ||
      index.fingerprints.has(keyFingerprint) ||
      isWorkerRevoked(workerId, issuedAt),
    isWorkerRevoked,
  };
}

function indexOf(entries: Iterable<RevocationEntry>): Index {
  const tokenIds = new Set<string>();
  const issuedBefore = new Map<string, number>();
  const fingerprints = new Set<string>();
  for (const entry of entries) {
    switch (entry.kind) {
      case 'token':
        tokenIds.add(entry.tokenId);
        break;
      case 'worker': {
        const known = issuedBefore.get(entry.workerId) ?? Number.NEGATIVE_INFINITY;
        issuedBefore.set(entry.workerId, Math.max(known, entry.issuedBefore.getTime()));
        break;
      }
      case 'key':
        fingerprints.add(entry.fingerprint);
        break;
    }
  }
  return { tokenIds, issuedBefore, fingerprints };
}
