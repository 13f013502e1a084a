import { expect } from 'chai';
import { revoke, unrevoke } from '../admin-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { credential, send, WORKER, workerToken } from '../worker-calls.js';

describe('revocations on several control planes', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  it('are seen by another control plane within two seconds, and so is their end', async () => {
    const other = await fixture.beside();
    const token = workerToken(fixture);
    const there = async () => (await send(other, { headers: credential(token) })).status;
    expect(await there()).to.equal(200);
    const lags: number[] = [];
    for (const expected of [401, 200]) {
      const since = performance.now();
      if (expected === 401) await revoke(fixture, { worker_id: WORKER });
      else {
        const [revocation] = (await fixture.store.tokenRevocations.list()).items;
        await unrevoke(fixture, revocation?.id ?? '');
      }
      await eventually(async () => expect(await there()).to.equal(expected), 5_000);
      lags.push(performance.now() - since);
    }
    expect(Math.max(...lags), `milliseconds: ${lags.map(Math.round)}`).to.be.below(2_000);
  });

  it('are forgotten when all that they concern is dead', async () => {
    await fixture.store.tokenRevocations.add({
      kind: 'token',
      subject: 'dead-for-long',
      reason: 'x',
      revokedBy: 'y',
      expiresAt: new Date(Date.now() - 1_000),
    });
    await revoke(fixture, { token_id: 'still-alive' });
    await fixture.beside();
    await eventually(async () => {
      const subjects = (await fixture.store.tokenRevocations.list()).items.map(({ subject }) => subject);
      expect(subjects).to.deep.equal(['still-alive']);
    });
  });
});
