import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import type { RevocationFeed } from '@stacyvm/worker-rpc';
import type { LiveKey } from '../worker-identity/worker-identity.js';
import { feedOf } from './revocation-entries.js';

/**
 * The list as one worker needs it. A worker knows the key that is derived for it, and nothing of the key that it is
 * derived from: where that one is revoked, the worker is told of its own.
 */
export function workerFeed(feed: RevocationFeed, keys: readonly LiveKey[], workerId: string): RevocationFeed {
  const revoked = new Set(feed.entries.flatMap((entry) => (entry.kind === 'key' ? [entry.fingerprint] : [])));
  const derived = keys
    .filter(({ fingerprint }) => revoked.has(fingerprint))
    .map(({ secret }) => {
      const fingerprint = keyFingerprint(deriveWorkerKey(secret.reveal(), workerId));
      return { kind: 'key', fingerprint } as const;
    });
  return derived.length === 0 ? feed : feedOf([...feed.entries, ...derived]);
}
