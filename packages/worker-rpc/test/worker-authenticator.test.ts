import { createHmac } from 'node:crypto';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  keyFingerprint,
  mintWorkerToken,
} from '@stacyvm/token';
import { expect } from 'chai';
import { createWorkerAuthenticator, type WorkerAuthenticatorOptions } from '../src/index.js';
import { MASTER_KEY, WORKER } from './worker-fixture.js';

const NOW = new Date('2026-01-01T00:00:00Z');

function verifierOf(profile: 'strict' | 'compatible') {
  const keyring = createKeyring({ active: MASTER_KEY });
  const clock = (): Date => NOW;
  return createWorkerTokenVerifier({ keyring, audience: 'worker:control-plane', profile, clock });
}

/** A token with any claims, as only another implementation would sign it. */
function tokenWith(claims: Record<string, unknown>, key: string): string {
  const text = `stacyvm-worker-v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

describe('createWorkerAuthenticator', () => {
  const authenticate = (options: WorkerAuthenticatorOptions, token: string, workerId = WORKER) =>
    createWorkerAuthenticator(options)({ 'x-worker-id': workerId, 'x-worker-token': token });

  describe('tells of a signed credential', () => {
    it('both keys, id, times and profile', () => {
      const key = deriveWorkerKey(MASTER_KEY, WORKER);
      const { token } = mintWorkerToken({
        key,
        workerId: WORKER,
        audience: 'worker:control-plane',
        ttlSeconds: 300,
        tokenId: 'token-1',
        now: NOW,
      });
      const caller = authenticate({ verifier: verifierOf('compatible') }, token);
      expect(caller.ok && caller.credential).to.deep.equal({
        form: 'signed',
        keyRole: 'derived(active)',
        keyFingerprint: keyFingerprint(MASTER_KEY),
        signingKeyFingerprint: keyFingerprint(key),
        tokenId: 'token-1',
        issuedAt: NOW,
        expiresAt: new Date(NOW.getTime() + 300_000),
        profile: 'strict',
      });
    });

    const seconds = NOW.getTime() / 1000;
    const complete = {
      worker_id: WORKER,
      jti: 'token-1',
      aud: 'worker:control-plane',
      iat: seconds,
      exp: seconds + 60,
    };
    for (const claim of ['jti', 'aud', 'iat'] as const) {
      it(`the profile compatible when it lacks ${claim}`, () => {
        const { [claim]: _dropped, ...claims } = complete;
        const caller = authenticate({ verifier: verifierOf('compatible') }, tokenWith(claims, MASTER_KEY));
        expect(caller.ok && caller.credential).to.include({ form: 'signed', profile: 'compatible' });
        const refused = authenticate({ verifier: verifierOf('strict') }, tokenWith(claims, MASTER_KEY));
        expect(!refused.ok && refused.reason).to.equal('token_missing_claim');
      });
    }
  });

  describe('with tokens by worker', () => {
    for (const [kind, workerTokens] of [
      ['a record', { [WORKER]: ' own \n', blank: ' ' }],
      [
        'a map',
        new Map([
          [WORKER, ' own \n'],
          ['blank', ' '],
        ]),
      ],
    ] as const) {
      it(`takes ${kind}, in which a worker with an entry is shut out of the shared token`, () => {
        const options = { workerTokens, sharedToken: 'shared' };
        const own = authenticate(options, 'own');
        expect(own.ok && own.credential).to.deep.equal({ form: 'static', kind: 'worker' });
        const shared = authenticate(options, 'shared');
        expect(!shared.ok && shared.reason).to.equal('static_token_mismatch');
        for (const other of ['worker-b', 'blank']) {
          const caller = authenticate(options, 'shared', other);
          expect(caller.ok && caller.credential).to.deep.equal({ form: 'static', kind: 'shared' });
        }
      });
    }

    it('tells ids apart by case, and is not misled by names that every object has', () => {
      const options = { workerTokens: { 'Worker.A': 'own' } };
      expect(authenticate(options, 'own', 'Worker.A').ok).to.equal(true);
      for (const id of ['worker.a', 'constructor', 'toString']) {
        const refused = authenticate(options, 'own', id);
        expect(!refused.ok && refused.reason).to.equal('static_token_not_allowed');
      }
    });
  });

  describe('that takes no static tokens any more', () => {
    const options: WorkerAuthenticatorOptions = {
      verifier: verifierOf('strict'),
      sharedToken: 'shared',
      workerTokens: { [WORKER]: 'own' },
      staticTokens: 'refuse',
    };

    for (const token of ['own', 'shared', 'neither']) {
      it(`refuses ${token} for one and the same reason`, () => {
        expect(authenticate(options, token)).to.deep.equal({
          ok: false,
          status: 401,
          code: 'UNAUTHORIZED',
          message: 'invalid or missing worker credentials',
          reason: 'static_token_refused',
        });
      });
    }

    it('still lets signed ones in', () => {
      const { token } = mintWorkerToken({
        key: MASTER_KEY,
        workerId: WORKER,
        audience: 'worker:control-plane',
        ttlSeconds: 60,
        now: NOW,
      });
      expect(authenticate(options, token).ok).to.equal(true);
    });

    it('takes them when it says accept, and when it says nothing', () => {
      for (const staticTokens of ['accept', undefined] as const) {
        expect(authenticate({ ...options, staticTokens }, 'own').ok).to.equal(true);
      }
    });
  });
});
