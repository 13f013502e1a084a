import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  createKeyring,
  deriveWorkerKey,
  keyFingerprint,
  mintWorkerToken,
  verifyWorkerToken,
} from '../src/index.js';
import { MASTER_KEY, NOW, PREVIOUS_KEY, refusal } from './token-fixture.js';

describe('createKeyring', () => {
  const keyring = createKeyring({ active: MASTER_KEY, verifyOnly: [PREVIOUS_KEY, MASTER_KEY] });

  it('shows the fingerprints and the key scope', () => {
    expect(keyring.fingerprints).to.deep.equal({
      active: keyFingerprint(MASTER_KEY),
      verifyOnly: [keyFingerprint(PREVIOUS_KEY), keyFingerprint(MASTER_KEY)],
    });
    expect(keyring.workerKeyScope).to.equal('any');
    expect(createKeyring({ active: MASTER_KEY, workerKeyScope: 'derived' }).workerKeyScope).to.equal(
      'derived',
    );
  });

  it('shows no key, whoever looks', () => {
    const secrets = [MASTER_KEY, PREVIOUS_KEY, deriveWorkerKey(MASTER_KEY, 'worker-a')].flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ]);
    const looks = [
      inspect(keyring, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true, showProxy: true }),
      JSON.stringify(keyring),
      String(keyring),
      JSON.stringify(structuredClone(keyring)),
      JSON.stringify(Object.getOwnPropertyDescriptors(keyring)),
      Reflect.ownKeys(keyring).map(String).join(),
    ];
    expect(looks[1]).to.include(keyFingerprint(MASTER_KEY));
    for (const look of looks) {
      for (const secret of secrets) expect(look).not.to.include(secret);
    }
  });

  it('cannot be changed', () => {
    expect(() => Object.assign(keyring, { workerKeyScope: 'derived' })).to.throw(TypeError);
    expect(() => (keyring.fingerprints.verifyOnly as string[]).pop()).to.throw(TypeError);
  });

  it('refuses an unknown key scope', () => {
    expect(() => createKeyring({ active: MASTER_KEY, workerKeyScope: 'Derived' as never })).to.throw(
      TypeError,
      'workerKeyScope',
    );
  });

  it('cannot be replaced by a look-alike', () => {
    const { token } = mintWorkerToken({
      key: MASTER_KEY,
      workerId: 'a',
      audience: 'worker:rpc',
      ttlSeconds: 60,
      now: NOW,
    });
    for (const lookAlike of [
      structuredClone(keyring),
      { ...keyring },
      Object.create(keyring),
      undefined,
      null,
      MASTER_KEY,
    ]) {
      expect(() =>
        verifyWorkerToken(token, { keyring: lookAlike as never, audience: 'worker:rpc', now: NOW }),
      ).to.throw(TypeError, 'keyring must come from createKeyring');
    }
  });

  describe('with derived keys only', () => {
    const derivedOnly = createKeyring({ active: MASTER_KEY, workerKeyScope: 'derived' });
    const mint = (key: string, audience: 'worker:control-plane' | 'worker:rpc') =>
      mintWorkerToken({ key, workerId: 'worker-a', audience, ttlSeconds: 60, now: NOW }).token;

    it('refuses a worker that signs with the master key', () => {
      const options = { keyring: derivedOnly, audience: 'worker:control-plane', now: NOW } as const;
      refusal(() => verifyWorkerToken(mint(MASTER_KEY, 'worker:control-plane'), options), 'bad_signature');
      const own = mint(deriveWorkerKey(MASTER_KEY, 'worker-a'), 'worker:control-plane');
      expect(verifyWorkerToken(own, options).keyRole).to.equal('derived(active)');
    });

    it('lets the control plane sign with either', () => {
      const options = { keyring: derivedOnly, audience: 'worker:rpc', now: NOW } as const;
      expect(verifyWorkerToken(mint(MASTER_KEY, 'worker:rpc'), options).keyRole).to.equal('active');
      const own = mint(deriveWorkerKey(MASTER_KEY, 'worker-a'), 'worker:rpc');
      expect(verifyWorkerToken(own, options).keyRole).to.equal('derived(active)');
    });
  });
});
