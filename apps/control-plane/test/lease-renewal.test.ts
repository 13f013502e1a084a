import { expect } from 'chai';
import { call, spawnSandbox } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

const LEASE_MS = 2_000;

describe('short leases', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  beforeEach(async () => {
    fixture = await startFixture({ 'orchestrator.lease_ttl': `${LEASE_MS}ms` });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  afterEach(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const ended = () => worker.records('sandbox destroyed: its lease ended');

  it('are renewed while the sandbox lives, however long that is, also after it was extended', async () => {
    const id = await spawnSandbox(fixture, { ttl: '2h' });
    const first = (await fixture.store.leases.get(id))!;
    expect(first.expiresAt.getTime() - Date.now()).to.be.at.most(LEASE_MS);
    await eventually(() => expect(Date.now()).to.be.above(first.expiresAt.getTime() + LEASE_MS));
    const extended = await call(fixture, `/sandboxes/${id}/extend`, { body: { ttl: '3h' } });
    expect(extended.status).to.equal(200);
    const second = (await fixture.store.leases.get(id))!;
    expect(second.generation).to.be.above(first.generation + 2);
    await eventually(() => expect(Date.now()).to.be.above(second.expiresAt.getTime() + LEASE_MS / 2));
    const { body } = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'echo here' } });
    expect(body).to.include({ stdout: 'here\n' });
    expect(ended()).to.deep.equal([]);
    expect((await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' })).status).to.equal(200);
    expect(await fixture.store.leases.get(id)).to.equal(undefined);
  });

  it('end the sandboxes of a worker that is cut off, before their leases are anybody else’s', async () => {
    const id = await spawnSandbox(fixture, { ttl: '2h' });
    await eventually(async () => {
      expect((await fixture.store.leases.get(id))?.generation, 'renewed').to.be.above(1);
    });
    await fixture.stop();
    const { expiresAt } = (await fixture.store.leases.get(id))!;
    await eventually(() => expect(ended()).to.have.length(1));
    // A successor could take the lease at its end and not before; by then nothing runs any more.
    expect(Date.now() - expiresAt.getTime()).to.be.within(-50, 1_000);
    await fixture.restart();
    await worker.said('control plane reached again');
    await eventually(async () => {
      const { status, body } = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'true' } });
      expect([status, body['reason']]).to.deep.equal([409, 'sandbox_not_running']);
    });
    expect((await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' })).status).to.equal(200);
  });

  it('are not renewed for a sandbox that another control plane has destroyed in the records', async () => {
    const id = await spawnSandbox(fixture, { ttl: '2h' });
    await fixture.store.sandboxes.markDestroyed(id, 'by another');
    await eventually(() => {
      const released = worker.records('sandbox released: the control plane does not know it');
      expect([...released, ...ended()].map((record) => record['sandbox_id'])).to.deep.equal([id]);
    });
  });
});
