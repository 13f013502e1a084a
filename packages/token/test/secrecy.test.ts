import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  createKeyring,
  createWorkerTokenVerifier,
  deriveWorkerKey,
  inspectWorkerToken,
  mintWorkerToken,
  verifyWorkerToken,
  WorkerTokenError,
} from '../src/index.js';
import { MASTER_KEY, NOW } from './token-fixture.js';
import { workerTokenVectors } from './worker-token-vectors.js';

describe('what an error shows', () => {
  it('is never a token, a claim or a key', () => {
    let refused = 0;
    for (const {
      id,
      token,
      keys,
      expected_audience,
      expected_worker_id,
      profile,
      now,
    } of workerTokenVectors.verify) {
      const secrets = [
        ...token.split('.').slice(1),
        keys.active.trim(),
        ...keys.verify_only.map((key) => key.trim()),
      ];
      const attempts = [
        () =>
          verifyWorkerToken(token, {
            keyring: createKeyring({ active: keys.active, verifyOnly: keys.verify_only }),
            audience: expected_audience,
            workerId: expected_worker_id ?? undefined,
            profile,
            isRevoked: () => true,
            now: now * 1000,
          }),
        () => inspectWorkerToken(token),
        () => deriveWorkerKey(keys.active, token),
        () =>
          mintWorkerToken({
            key: keys.active,
            workerId: token,
            audience: 'worker:rpc',
            ttlSeconds: 60,
            tokenId: token,
          }),
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          expect(error, id).to.be.instanceOf(WorkerTokenError);
          refused += 1;
          const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
          for (const secret of secrets.filter((text) => text.length > 8))
            expect(shown, id).not.to.include(secret);
        }
      }
    }
    expect(refused).to.be.greaterThan(1500);
  });
});

describe('what a verifier shows', () => {
  it('is neither its key nor a token that it remembers', () => {
    const keyring = createKeyring({ active: MASTER_KEY });
    const verifier = createWorkerTokenVerifier({ keyring, audience: 'worker:rpc', clock: () => NOW });
    const { token } = mintWorkerToken({
      key: MASTER_KEY,
      workerId: 'a',
      audience: 'worker:rpc',
      ttlSeconds: 60,
      now: NOW,
    });
    const verified = verifier.verify(token);
    for (const value of [verifier, verified]) {
      const shown = inspect(value, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(value);
      for (const secret of [MASTER_KEY, ...token.split('.').slice(1)]) expect(shown).not.to.include(secret);
    }
  });
});
