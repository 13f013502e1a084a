import { createKeyring, inspectWorkerToken, keyFingerprint, verifyWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { CredentialError, type CredentialSource, keyCredentialSource } from '../src/index.js';
import { MASTER_KEY, OTHER_KEY, WORKER } from './worker-fixture.js';

describe('keyCredentialSource', () => {
  it('signs for the control plane, five minutes, with the scopes it needs', async () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => now });
    expect(inspectWorkerToken((await source.credential()).token)).to.deep.include({
      workerId: WORKER,
      audience: 'worker:control-plane',
      scopes: ['worker:heartbeat', 'worker:lease'],
      expiresAt: new Date('2026-01-01T00:05:00Z'),
    });
  });

  it('presents one token up to half its life, then the next, and after a long sleep a fresh one', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => new Date(now) });
    const first = await source.credential();
    now += 149_000;
    expect(await source.credential()).to.deep.equal(first);
    now += 1_000;
    const second = await source.credential();
    expect(second).not.to.deep.equal(first);
    now += 86_400_000;
    const third = await source.credential();
    expect(inspectWorkerToken(third.token).expiresAt?.getTime()).to.be.greaterThan(now);
  });

  it('signs anew when the clock was set back', async () => {
    let now = Date.parse('2026-01-01T01:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => new Date(now) });
    now -= 3_600_000;
    const { token } = await source.credential();
    expect(inspectWorkerToken(token).issuedAt).to.deep.equal(new Date('2026-01-01T00:00:00Z'));
  });

  it('describes itself by the fingerprint of its key', () => {
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER });
    expect(source.describe()).to.equal(`signing key ${keyFingerprint(MASTER_KEY)}`);
  });

  it('refuses a weak key and a bad worker id at once', () => {
    for (const options of [
      { key: 'short', workerId: WORKER },
      { key: MASTER_KEY, workerId: 'no/slash' },
    ]) {
      expect(() => keyCredentialSource(options))
        .to.throw(CredentialError)
        .with.property('code', 'credential_unusable');
    }
  });

  describe('with fallback keys', () => {
    const NOON = Date.parse('2026-01-01T12:00:00Z');
    const [FIRST, SECOND, THIRD] = [MASTER_KEY, OTHER_KEY, 'a third key, only to have more than two of them'];
    let now = NOON;
    const clock = (): Date => new Date(now);

    beforeEach(() => {
      now = NOON;
    });

    async function signedBy(source: CredentialSource): Promise<string> {
      const { token } = await source.credential();
      const keyring = createKeyring({ active: FIRST, verifyOnly: [SECOND, THIRD] });
      const verified = verifyWorkerToken(token, { keyring, audience: 'worker:control-plane', now });
      return verified.keyRole;
    }

    it('signs with the next one when the key is refused, and tries the first again after a while', async () => {
      const source = keyCredentialSource({
        key: FIRST,
        fallbackKeys: [SECOND, THIRD],
        workerId: WORKER,
        clock,
      });
      expect(await signedBy(source)).to.equal('active');
      expect(source.refused?.('token_bad_signature')).to.equal(true);
      expect(await signedBy(source)).to.equal('verify_only[0]');
      expect(source.describe()).to.equal(`signing key ${keyFingerprint(SECOND)}`);
      now += 14_999;
      expect(await signedBy(source)).to.equal('verify_only[0]');
      now += 1;
      expect(await signedBy(source)).to.equal('active');
    });

    it('begins again with the first after the last', async () => {
      const source = keyCredentialSource({
        key: FIRST,
        fallbackKeys: [SECOND, THIRD],
        workerId: WORKER,
        clock,
      });
      const before = await source.credential();
      for (let refusals = 0; refusals < 3; refusals += 1) source.refused?.('token_bad_signature');
      expect(await source.credential()).to.deep.equal(before);
    });

    it('goes on by one key for requests that overlap', async () => {
      const source = keyCredentialSource({
        key: FIRST,
        fallbackKeys: [SECOND, THIRD],
        workerId: WORKER,
        clock,
      });
      const { token } = await source.credential();
      expect(source.refused?.('token_bad_signature', token)).to.equal(true);
      expect(source.refused?.('token_bad_signature', token)).to.equal(true);
      expect(await signedBy(source)).to.equal('verify_only[0]');
    });

    it('takes a refusal without a reason for one of the key: a reference control plane gives none', async () => {
      const source = keyCredentialSource({ key: FIRST, fallbackKeys: [SECOND], workerId: WORKER, clock });
      expect(source.refused?.(undefined)).to.equal(true);
      expect(await signedBy(source)).to.equal('verify_only[0]');
    });

    it('does not count a key twice', () => {
      const source = keyCredentialSource({
        key: FIRST,
        fallbackKeys: [`${FIRST}\n`],
        workerId: WORKER,
        clock,
      });
      expect(source.refused?.('token_bad_signature')).to.equal(false);
    });

    it('leaves a revoked key for the next one when a new token does not help', async () => {
      const source = keyCredentialSource({ key: FIRST, fallbackKeys: [SECOND], workerId: WORKER, clock });
      source.refused?.('token_revoked');
      expect(await signedBy(source)).to.equal('active');
      expect(source.refused?.('token_revoked')).to.equal(true);
      expect(await signedBy(source)).to.equal('verify_only[0]');
    });

    it('leaves it as well when the control plane takes its time to say so', async () => {
      const source = keyCredentialSource({ key: FIRST, fallbackKeys: [SECOND], workerId: WORKER, clock });
      for (const role of ['active', 'verify_only[0]']) {
        const { token } = await source.credential();
        now += 5_000;
        expect(source.refused?.('token_revoked', token)).to.equal(true);
        expect(await signedBy(source)).to.equal(role);
      }
    });

    it('comes back to it with a token that was never refused', async () => {
      const source = keyCredentialSource({ key: FIRST, fallbackKeys: [SECOND], workerId: WORKER, clock });
      const refused = new Set<string>();
      for (const reason of ['token_revoked', 'token_revoked', 'token_bad_signature']) {
        const { token } = await source.credential();
        refused.add(token);
        expect(source.refused?.(reason, token)).to.equal(true);
        now += 2_000;
      }
      expect(refused.size).to.equal(3);
      expect(await signedBy(source)).to.equal('active');
      expect(refused).not.to.include((await source.credential()).token);
    });

    it('refuses a weak one at once', () => {
      expect(() => keyCredentialSource({ key: FIRST, fallbackKeys: ['short'], workerId: WORKER }))
        .to.throw(CredentialError)
        .with.property('code', 'credential_unusable');
    });
  });

  describe('of a refused token', () => {
    for (const reason of [
      'token_expired',
      'token_issued_in_future',
      'token_not_yet_valid',
      'token_revoked',
    ]) {
      it(`signs another when the reason is ${reason}, but not again and again`, async () => {
        let now = Date.parse('2026-01-01T00:00:00Z');
        const clock = (): Date => new Date(now);
        const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock });
        const first = await source.credential();
        expect(source.refused?.(reason, first.token)).to.equal(true);
        const second = await source.credential();
        expect(second).not.to.deep.equal(first);
        now += 999;
        expect(source.refused?.(reason, second.token)).to.equal(false);
        expect(await source.credential()).to.deep.equal(second);
        now += 1;
        expect(source.refused?.(reason, second.token)).to.equal(true);
      });
    }

    for (const reason of [
      'token_bad_signature',
      'missing_scope',
      'worker_mismatch',
      'token_audience_mismatch',
      undefined,
    ]) {
      it(`has nothing better when the reason is ${reason}`, async () => {
        const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER });
        const before = await source.credential();
        expect(source.refused?.(reason, before.token)).to.equal(false);
        expect(await source.credential()).to.deep.equal(before);
      });
    }
  });
});
