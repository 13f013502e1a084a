import { expect } from 'chai';
import { call, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { rpcClient } from '../rpc-client.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('POST /sandboxes/{id}/extend', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    fixture = await startFixture({ 'defaults.max_ttl': '2h' });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const extend = (id: string, body: unknown) => call(fixture, `/sandboxes/${id}/extend`, { body });

  it('answers with the sandbox and its new expiry, which the database and the lease have as well', async () => {
    const id = await spawnSandbox(fixture, { ttl: '5m' });
    const before = (await call(fixture, `/sandboxes/${id}`)).body;
    const { status, body } = await extend(id, { ttl: '30m' });
    expect(status).to.equal(200);
    const expiresAt = Date.parse(String(body['expires_at']));
    expect(expiresAt - Date.now()).to.be.closeTo(1_800_000, 10_000);
    expect(body).to.deep.equal({ ...before, expires_at: body['expires_at'] });
    expect((await call(fixture, `/sandboxes/${id}`)).body).to.deep.equal(body);
    const lease = await fixture.store.leases.get(id);
    expect((lease?.expiresAt.getTime() ?? 0) - expiresAt).to.be.closeTo(300_000, 10_000);
  });

  it('moves the watchdog of the worker: a sandbox outlives the lease that it was spawned with', async () => {
    const id = await spawnSandbox(fixture);
    // As if it had been spawned long ago.
    const short = { resourceId: id, holderId: 'worker-1', ttlMs: 1_500 };
    const client = await rpcClient(fixture, 'worker-1');
    try {
      const ending = await client.renewLease((await fixture.store.leases.get(id))!, short.ttlMs);
      expect((await extend(id, { ttl: '1h' })).status).to.equal(200);
      await eventually(() => {
        expect(Date.now()).to.be.greaterThan(ending.expiresAt.getTime() + 500);
      });
      const { body } = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'echo here' } });
      expect(body).to.include({ stdout: 'here\n' });
      expect(worker.records('sandbox destroyed: its lease ended')).to.deep.equal([]);
    } finally {
      client.close();
    }
  });

  const refusals = [
    { name: 'no ttl', body: {}, status: 400, reason: 'invalid_request' },
    { name: 'an empty ttl', body: { ttl: '' }, status: 400, reason: 'invalid_request' },
    { name: 'a ttl that is no duration', body: { ttl: 'soon' }, status: 400, reason: 'invalid_duration' },
    { name: 'a ttl of nothing', body: { ttl: '0s' }, status: 400, reason: 'invalid_duration' },
    { name: 'more than the maximum', body: { ttl: '3h' }, status: 429, reason: 'ttl_too_long' },
    { name: 'anything else', body: { ttl: '1h', id: 'x' }, status: 400, reason: 'unknown_field' },
  ];
  for (const { name, body, status, reason } of refusals) {
    it(`refuses ${name}`, async () => {
      const id = await spawnSandbox(fixture);
      const answer = await extend(id, body);
      expect([answer.status, answer.body['reason']]).to.deep.equal([status, reason]);
    });
  }

  it('does not know a sandbox that is not there', async () => {
    const { status, body } = await extend('sb-none', { ttl: '1h' });
    expect([status, body['reason']]).to.deep.equal([404, 'sandbox_not_found']);
  });

  it('changes nothing, and says so, when the worker is gone', async () => {
    const other = startWorkerProcess({
      id: 'worker-0',
      controlPlaneUrl: fixture.url,
      signingKey: fixture.signingKey,
    });
    await other.said('worker joined');
    const id = await spawnSandbox(fixture, { ttl: '5m' });
    const before = (await call(fixture, `/sandboxes/${id}`)).body;
    expect(before).to.include({ worker_id: 'worker-0' });
    process.kill(other.pid, 'SIGKILL');
    const { status, body } = await extend(id, { ttl: '1h' });
    expect([status, body['reason']]).to.deep.equal([503, 'worker_unreachable']);
    expect(body['message']).to.include('it was not extended');
    const after = (await call(fixture, `/sandboxes/${id}`)).body;
    expect(after['expires_at']).to.equal(before['expires_at']);
    await other.stop();
  });
});
