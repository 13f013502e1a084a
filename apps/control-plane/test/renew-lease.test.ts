import type { RpcClient } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { call, spawnSandbox } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { rpcClient } from './rpc-client.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('a lease that a worker is asked to renew', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  let client: RpcClient;
  let id: string;
  before(async () => {
    fixture = await startFixture();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    id = await spawnSandbox(fixture);
    client = await rpcClient(fixture, 'worker-1');
  });
  after(async () => {
    client?.close();
    await worker?.stop();
    await fixture?.dispose();
  });

  it('is renewed in the database, and its sandbox is destroyed by the new one', async () => {
    const before = (await fixture.store.leases.get(id))!;
    const renewed = await client.renewLease(before, 7_200_000);
    const stored = (await fixture.store.leases.get(id))!;
    expect(renewed.generation).to.equal(before.generation + 1);
    expect(renewed).to.deep.equal({
      resourceId: id,
      holderId: 'worker-1',
      generation: stored.generation,
      expiresAt: stored.expiresAt,
    });
    const { expiresAt } = (await fixture.store.sandboxes.get(id))!;
    expect(
      stored.expiresAt.getTime() - expiresAt.getTime(),
      'no longer than the sandbox may live',
      // What is left of the sandbox is reckoned before the database counts it from its own moment.
    ).to.be.closeTo(300_000, 10_000);
    const refused = await client.renewLease(before, 1_000).catch((error: unknown) => error);
    expect(refused).to.include({ reason: 'lease_fenced' });
    expect((await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' })).status).to.equal(200);
  });

  it('stays what it is when the control plane does not renew it', async () => {
    const id = await spawnSandbox(fixture);
    const { store } = fixture;
    const lease = (await store.leases.get(id))!;
    // Behind the back of the worker, as another control plane would.
    const newer = await store.leases.renew({ resourceId: id, holderId: 'worker-1', ttlMs: 3_600_000 });
    const refused = await client.renewLease(lease, 1_000).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'conflict', reason: 'lease_conflict' });
    expect(await store.leases.get(id)).to.deep.equal(newer);
  });

  it('of a sandbox that the worker does not have is not asked for', async () => {
    const other = {
      resourceId: 'sb-none',
      holderId: 'worker-1',
      generation: 1,
      expiresAt: new Date(Date.now() + 60_000),
    };
    const refused = await client.renewLease(other, 1_000).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'not_found', reason: 'sandbox_not_found' });
  });
});
