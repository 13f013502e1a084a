import { Secret } from '@stacyvm/config';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { rpcCredentialFor, type UsedKey } from '../../src/worker-identity/rpc-credential.js';
import type { RingKey } from '../../src/worker-identity/worker-keys.js';

const [NEW, OLD] = ['a new master key, long enough to be one', 'an old master key, long enough to be one'];
const ring: readonly RingKey[] = [
  { role: 'active', fingerprint: keyFingerprint(NEW), secret: new Secret(NEW) },
  { role: 'verify_only[0]', fingerprint: keyFingerprint(OLD), secret: new Secret(OLD) },
];

describe('rpcCredentialFor', () => {
  it('tells that an old key is still needed when a worker accepts it', () => {
    const used: (readonly [string, UsedKey])[] = [];
    const credential = rpcCredentialFor(
      { id: 'worker-a', credential: { form: 'signed', keyRole: 'derived(active)' } },
      {
        ring,
        staticTokens: { of: () => undefined } as never,
        isKeyRevoked: () => false,
        onFallbackKey: (workerId, key) => used.push([workerId, key]),
      },
    );
    if (credential?.kind !== 'signed') throw new Error('it is not signed');
    expect(credential.fallbackKeys).to.deep.equal([deriveWorkerKey(OLD, 'worker-a')]);
    credential.onFallback?.(0);
    expect(used.map(([workerId, { role, fingerprint }]) => [workerId, role, fingerprint])).to.deep.equal([
      ['worker-a', 'derived(verify_only[0])', keyFingerprint(OLD)],
    ]);
  });
});
