import type { KeyStore, StoredApiKey } from './key-store.js';

/**
 * How long the database's answer counts: with what the question takes, a key that is revoked anywhere is out everywhere within two
 * seconds, and so is a call that an old answer has let in, once it is looked at again.
 */
export const LOOKUP_FRESH_MS = 1_000;
const MAX_LOOKUPS = 10_000;

interface Lookup {
  readonly startedAtMs: number;
  readonly answer: Promise<StoredApiKey | undefined>;
}

/**
 * Remembers lookups for a moment, so that a busy key costs one question a second. Who asks for the same key at
 * the same time shares a question. Time counts from the question, not from the answer; a failure is forgotten at once. What is asked by
 * id is asked each time.
 *
 * @param nowMs any clock that only goes forward, in milliseconds
 */
export function recentLookups(store: KeyStore, nowMs: () => number = () => performance.now()): KeyStore {
  const lookups = new Map<string, Lookup>();

  function forget(hash: string, lookup: Lookup): void {
    if (lookups.get(hash) === lookup) lookups.delete(hash);
  }

  return {
    findApiKey(hash) {
      const now = nowMs();
      const known = lookups.get(hash);
      if (known !== undefined && now - known.startedAtMs < LOOKUP_FRESH_MS) return known.answer;
      lookups.delete(hash);
      // The first entry is the oldest: an entry is put at the end and never moves.
      for (const [oldest, { startedAtMs }] of lookups) {
        if (lookups.size < MAX_LOOKUPS && now - startedAtMs < LOOKUP_FRESH_MS) break;
        lookups.delete(oldest);
      }
      const lookup = { startedAtMs: now, answer: store.findApiKey(hash) };
      lookups.set(hash, lookup);
      lookup.answer.catch(() => forget(hash, lookup));
      return lookup.answer;
    },
    findApiKeysById: (ids) => store.findApiKeysById(ids),
  };
}
