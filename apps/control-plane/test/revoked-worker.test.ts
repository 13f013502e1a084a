import { expect } from 'chai';
import { revoke, unrevoke } from './admin-calls.js';
import { call, ndjson, type Reachable, spawnSandbox } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { type ProtocolWorker, startProtocolWorker } from './protocol-worker.js';

describe('a worker that is revoked while it is used', () => {
  let fixture: Fixture;
  let other: Reachable & { readonly url: string };
  let workers: ProtocolWorker[] = [];
  before(async () => {
    const flags = { 'orchestrator.reconcile_interval': '200ms' };
    fixture = await startFixture(flags);
    other = await fixture.beside(flags);
    const urls = [fixture.url, other.url];
    workers = await Promise.all(
      ['worker-a', 'worker-b'].map((id) => startProtocolWorker(id, urls, fixture.signingKey)),
    );
    await eventually(() => {
      for (const { beats } of workers) expect(beats.accepted).to.be.greaterThan(1);
    });
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await fixture?.dispose();
  });

  const stateOf = async (id: string) => {
    const { body } = await call(fixture, `/sandboxes/${id}`);
    return `${body['state']} ${body['state_reason'] ?? ''}`.trim();
  };
  const workerOf = async (id: string) => (await call(fixture, `/sandboxes/${id}`)).body['worker_id'];

  it('loses its programs on every control plane, its sandboxes and its place; the others lose nothing', async () => {
    const [a, b] = [await spawnSandbox(fixture), await spawnSandbox(fixture)];
    expect([await workerOf(a), await workerOf(b)]).to.deep.equal(['worker-a', 'worker-b']);
    const body = { command: 'wait', stream: true, exit_record: true };
    const [cut, spared] = [a, b].map((id) => call(other, `/sandboxes/${id}/exec`, { body }));
    await eventually(() => expect(workers.map((worker) => worker.running())).to.deep.equal([1, 1]));

    const since = performance.now();
    const revocation = await revoke(fixture, { worker_id: 'worker-a' });
    const last = ndjson((await cut)?.text ?? '').at(-1) as { error?: { reason: string } };
    expect(performance.now() - since, 'milliseconds').to.be.below(2_000);
    expect(last.error).to.include({ reason: 'worker_unreachable' });
    expect(await stateOf(a)).to.equal('unhealthy worker_revoked');
    const refused = await call(fixture, `/sandboxes/${a}/exec`, { body: { command: 'x' } });
    expect([refused.status, refused.body['reason']]).to.deep.equal([409, 'sandbox_not_running']);
    for (let n = 0; n < 3; n += 1) {
      expect(await workerOf(await spawnSandbox(fixture))).to.equal('worker-b');
    }
    const destroy = await call(fixture, `/sandboxes/${a}`, { method: 'DELETE' });
    expect([destroy.status, destroy.body['reason']]).to.deep.equal([503, 'worker_revoked']);
    workers[1]?.endPrograms();
    expect(ndjson((await spared)?.text ?? '').at(-1)).to.have.nested.property('exit.exit_code', 0);
    expect(await stateOf(b)).to.equal('running');

    await unrevoke(fixture, revocation);
    // The other control plane hears of it a little later.
    await eventually(async () => {
      const ran = await call(other, `/sandboxes/${a}/exec`, { body: { command: 'x' } });
      expect(ran.status).to.equal(200);
    });
    await eventually(async () => expect(await stateOf(a)).to.equal('running'));
    expect((await call(fixture, `/sandboxes/${a}`, { method: 'DELETE' })).status).to.equal(200);
  });
});
