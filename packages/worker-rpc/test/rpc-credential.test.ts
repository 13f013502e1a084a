import { createKeyring, verifyWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { createCallProofs } from '../src/rpc-credential.js';
import { MASTER_KEY, OTHER_KEY, WORKER } from './worker-fixture.js';

describe('createCallProofs', () => {
  let now = Date.parse('2026-01-01T12:00:00Z');
  const proofs = createCallProofs(
    { kind: 'signed', key: MASTER_KEY, fallbackKeys: [OTHER_KEY] },
    WORKER,
    () => new Date(now),
  );
  const keyring = createKeyring({ active: MASTER_KEY, verifyOnly: [OTHER_KEY] });
  const roles = (): readonly string[] =>
    proofs.inOrder().map((proof) => {
      const token = proof.token('worker:status');
      return verifyWorkerToken(token, { keyring, audience: 'worker:rpc', now }).keyRole;
    });

  it('tells when a fallback key was accepted, each time', () => {
    const used: number[] = [];
    const told = createCallProofs(
      { kind: 'signed', key: MASTER_KEY, fallbackKeys: [OTHER_KEY], onFallback: (index) => used.push(index) },
      WORKER,
      () => new Date(now),
    );
    const [preferred, fallback] = told.inOrder();
    preferred?.accepted();
    fallback?.accepted();
    fallback?.accepted();
    expect(used).to.deep.equal([0, 0]);
  });

  it('tries the preferred key again when a fallback key has served for a while', () => {
    expect(roles()).to.deep.equal(['active', 'verify_only[0]']);
    proofs.inOrder()[1]?.accepted();
    expect(roles()).to.deep.equal(['verify_only[0]', 'active']);
    now += 14_999;
    expect(roles()).to.deep.equal(['verify_only[0]', 'active']);
    now += 1;
    expect(roles()).to.deep.equal(['active', 'verify_only[0]']);
  });
});
