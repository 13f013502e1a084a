import { Secret } from '@stacyvm/config';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import type { RevocationEntry } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { feedOf } from '../../src/revocations/revocation-entries.js';
import { workerFeed } from '../../src/revocations/worker-feed.js';
import type { LiveKey } from '../../src/worker-identity/worker-identity.js';

const [OLD, NEW] = ['an old master key, long enough to be one', 'a new master key, long enough to be one'];

function key(text: string, role: LiveKey['role']): LiveKey {
  return { role, fingerprint: keyFingerprint(text), secret: new Secret(text), roleSince: new Date(0) };
}

const KEYS = [key(NEW, 'active'), key(OLD, 'verify_only[0]')];
const revoked = (fingerprint: string): RevocationEntry => ({ kind: 'key', fingerprint });

describe('workerFeed', () => {
  it('adds the worker’s own key where the key is revoked that it comes from', () => {
    const feed = feedOf([revoked(keyFingerprint(OLD))]);
    const forWorker = workerFeed(feed, KEYS, 'worker-a');
    expect(forWorker.entries).to.deep.equal([
      revoked(keyFingerprint(OLD)),
      revoked(keyFingerprint(deriveWorkerKey(OLD, 'worker-a'))),
    ]);
    expect(forWorker.version).not.to.equal(feed.version);
    expect(workerFeed(feed, KEYS, 'worker-b').version).not.to.equal(forWorker.version);
  });

  it('is the list of all where no key of the ring is revoked', () => {
    const feed = feedOf([
      revoked(keyFingerprint('some other key that is not of the ring')),
      { kind: 'token', tokenId: 'x' },
    ]);
    expect(workerFeed(feed, KEYS, 'worker-a')).to.equal(feed);
  });
});
