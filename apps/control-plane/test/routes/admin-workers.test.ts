import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { call, type Json, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';

describe('the routes of what operators ask of workers', () => {
  let fixture: Fixture;
  let worker: ProtocolWorker;
  before(async () => {
    // What is destroyed here is destroyed because it is asked for.
    fixture = await startFixture({ 'orchestrator.reap_interval': '1h' });
    worker = await startProtocolWorker('worker-o', [fixture.url], fixture.signingKey);
    await eventually(() => expect(worker.beats.accepted).to.be.greaterThan(0));
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const ask = async (path: string, body?: Json, requestId?: string): Promise<Json> => {
    const answer = await admin(fixture, `/workers/worker-o/${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
      ...(requestId === undefined ? {} : { headers: { 'X-Request-ID': requestId } }),
    });
    expect(answer.status, answer.text).to.equal(200);
    return answer.body;
  };
  const spawnFailure = async (body: Json = {}): Promise<unknown> => {
    const answer = await call(fixture, '/sandboxes', { body: { provider: 'mock', ...body } });
    return [answer.status, answer.body['reason']];
  };

  it('cordon and uncordon, audited', async () => {
    expect(await ask('cordon', undefined, 'cordon-1')).to.include({ id: 'worker-o', cordoned: true });
    expect(await spawnFailure()).to.deep.equal([429, 'no_eligible_worker']);
    expect(await auditOf(fixture, 'cordon-1')).to.include({
      action: 'worker.cordon',
      resource: 'worker:worker-o',
      outcome: 'success',
    });
    expect(await ask('uncordon')).to.include({ cordoned: false });
    await call(fixture, `/sandboxes/${await spawnSandbox(fixture)}`, { method: 'DELETE' });
  });

  it('drain tells the worker, survives a restart of the control plane, and ends with undrain', async () => {
    const id = await spawnSandbox(fixture);
    const drained = await ask('drain', {});
    expect(drained).to.include({ drain_requested: true, active_sandboxes: 1 });
    expect(drained).not.to.have.property('drain_deadline');
    await fixture.stop();
    await fixture.restart();
    const shown = await admin(fixture, '/workers/worker-o');
    expect(shown.body).to.include({ drain_requested: true });
    expect(await spawnFailure()).to.deep.equal([429, 'no_eligible_worker']);
    expect((await call(fixture, `/sandboxes/${id}`)).body).to.include({ state: 'running' });
    expect(await ask('undrain')).to.include({ drain_requested: false });
    expect((await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' })).status).to.equal(200);
  });

  it('drain with evict destroys what is left at once, by whichever control plane', async () => {
    const other = await fixture.beside();
    const ids = await Promise.all(Array.from({ length: 5 }, () => spawnSandbox(fixture)));
    const { status, body } = await admin({ ...other }, '/workers/worker-o/drain', {
      body: { evict: true },
      headers: { 'X-Request-ID': 'evict-1' },
    });
    expect(status).to.equal(200);
    expect(body['drain_deadline']).to.match(/^\d{4}-/);
    await eventually(async () => {
      const { items: left } = await fixture.store.sandboxes.list();
      expect(left.filter(({ id }) => ids.includes(id))).to.deep.equal([]);
    });
    for (const id of ids) {
      expect(await fixture.store.sandboxes.get(id)).to.include({ stateReason: 'evicted' });
    }
    expect((await auditOf(fixture, 'evict-1')).detail).to.have.property('deadline');
    await ask('undrain');
  });

  it('refuse what makes no sense', async () => {
    const both = await admin(fixture, '/workers/worker-o/drain', { body: { evict: true, deadline: '1m' } });
    expect([both.status, both.body['reason']]).to.deep.equal([400, 'invalid_request']);
    for (const deadline of ['soon', '-1m', '0s']) {
      const { status, body } = await admin(fixture, '/workers/worker-o/drain', { body: { deadline } });
      expect([status, body['reason']]).to.deep.equal([400, 'invalid_duration']);
    }
    const extra = await admin(fixture, '/workers/worker-o/drain', { body: { when: 'now' } });
    expect([extra.status, extra.body['reason']]).to.deep.equal([400, 'unknown_field']);
    const missing = await admin(fixture, '/workers/worker-z/drain', { body: {} });
    expect([missing.status, missing.body['reason']]).to.deep.equal([404, 'worker_not_found']);
    const force = await admin(fixture, '/workers/worker-o?force=yes', { method: 'DELETE' });
    expect([force.status, force.body['reason']]).to.deep.equal([400, 'invalid_request']);
  });

  it('are for administrators alone', async () => {
    for (const [method, path] of [
      ['POST', '/workers/worker-o/cordon'],
      ['POST', '/workers/worker-o/drain'],
      ['DELETE', '/workers/worker-o?force=true'],
      ['GET', '/workers'],
    ] as const) {
      const { status } = await admin(fixture, path, { method, key: fixture.apiKey });
      expect(status).to.equal(403);
    }
    expect((await call(fixture, '/workers/worker-o')).body).to.include({ cordoned: false });
  });

  it('list as the open route does', async () => {
    const listed = items(await admin(fixture, '/workers'));
    expect(listed.map(({ id }) => id)).to.include('worker-o');
  });

  it('remove refuses a worker that is online or has sandboxes, and forgets one by force', async () => {
    const record = {
      hostname: 'h',
      providers: ['gone'],
      capabilities: null,
      capacity: {},
      status: 'offline',
    };
    await fixture.store.workers.upsertHeartbeat({ ...record, id: 'worker-r' });
    await fixture.store.sandboxes.reserve({
      id: 'sb-of-worker-r',
      provider: 'gone',
      image: 'host',
      memoryMb: 1,
      vcpus: 1,
      workerId: 'worker-r',
      expiresAt: new Date(Date.now() + 600_000),
      leaseTtlMs: 900_000,
    });
    const online = await admin(fixture, '/workers/worker-o', { method: 'DELETE' });
    expect([online.status, online.body['reason']]).to.deep.equal([409, 'worker_online']);
    const holding = await admin(fixture, '/workers/worker-r', { method: 'DELETE' });
    expect([holding.status, holding.body['reason']]).to.deep.equal([409, 'worker_has_sandboxes']);
    const removed = await admin(fixture, '/workers/worker-r?force=true', {
      method: 'DELETE',
      headers: { 'X-Request-ID': 'removal-1' },
    });
    expect([removed.status, removed.body]).to.deep.equal([200, { status: 'deleted' }]);
    expect((await auditOf(fixture, 'removal-1')).detail).to.deep.equal({ force: true });
    const again = await admin(fixture, '/workers/worker-r', { method: 'DELETE' });
    expect([again.status, again.body['reason']]).to.deep.equal([404, 'worker_not_found']);
  });

  it('show the labels, by which spawns choose', async () => {
    await fixture.store.workers.upsertHeartbeat({
      id: 'worker-l',
      hostname: 'h',
      providers: ['labelled'],
      capabilities: null,
      capacity: { labels: { zone: 'eu' }, memory_mb: 1_024 },
    });
    expect((await call(fixture, '/workers/worker-l')).body).to.deep.include({
      labels: { zone: 'eu' },
      active_memory_mb: 0,
      flaps: 0,
    });
    const spawn = { provider: 'labelled', requirements: { zone: 'us' } };
    expect(await spawnFailure(spawn)).to.deep.equal([409, 'requirements_unmet']);
    expect(await spawnFailure({ requirements: { zone: 1 } })).to.deep.equal([400, 'invalid_request']);
  });
});
