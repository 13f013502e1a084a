import { hkdfSync } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  createKeyring,
  deriveWorkerKey,
  keyFingerprint,
  mintWorkerToken,
  verifyWorkerToken,
} from '../src/index.js';
import { MASTER_KEY, NOW, PREVIOUS_KEY, refusal } from './token-fixture.js';

describe('deriveWorkerKey', () => {
  it('is HKDF-SHA256 of RFC 5869', () => {
    const master = fc
      .uint8Array({ minLength: 70, maxLength: 90 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(master, fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/), (key, workerId) => {
        const expected = hkdfSync('sha256', key, '', `stacyvm-worker-v1:${workerId}`, 32);
        expect(deriveWorkerKey(key, workerId)).to.equal(Buffer.from(expected).toString('base64url'));
      }),
    );
  });

  it('refuses a weak master key and a worker id outside the grammar', () => {
    refusal(() => deriveWorkerKey('short', 'worker-a'), 'weak_key');
    for (const workerId of ['', ' worker-a', 'worker-a\n', 'w'.repeat(129), 'a:b']) {
      refusal(() => deriveWorkerKey(MASTER_KEY, workerId), 'invalid_claim');
    }
  });

  it('gives a key that the master accepts for that worker only, and that accepts nothing else', () => {
    const keyA = deriveWorkerKey(MASTER_KEY, 'worker-a');
    const mint = (key: string, workerId: string) =>
      mintWorkerToken({ key, workerId, audience: 'worker:rpc', ttlSeconds: 60, now: NOW }).token;
    const verify = (token: string, key: string) =>
      verifyWorkerToken(token, { keyring: createKeyring({ active: key }), audience: 'worker:rpc', now: NOW });

    expect(verify(mint(keyA, 'worker-a'), MASTER_KEY)).to.include({
      keyRole: 'derived(active)',
      keyFingerprint: keyFingerprint(MASTER_KEY),
      signingKeyFingerprint: keyFingerprint(keyA),
    });
    expect(verify(mint(keyA, 'worker-a'), keyA)).to.include({
      keyRole: 'active',
      keyFingerprint: keyFingerprint(keyA),
      signingKeyFingerprint: keyFingerprint(keyA),
    });
    refusal(() => verify(mint(keyA, 'worker-b'), MASTER_KEY), 'bad_signature');
    refusal(() => verify(mint(MASTER_KEY, 'worker-a'), keyA), 'bad_signature');
    refusal(() => verify(mint(deriveWorkerKey(MASTER_KEY, 'worker-b'), 'worker-b'), keyA), 'bad_signature');
    refusal(() => verify(mint(keyA, 'worker-a'), PREVIOUS_KEY), 'bad_signature');
  });
});
