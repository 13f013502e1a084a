import { expect } from 'chai';
import { call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('spawning where each owner may have one sandbox and others wait', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    fixture = await startFixture({
      'defaults.max_sandboxes_per_owner': 1,
      'defaults.spawn_overflow': 'queue',
      'defaults.spawn_queue_timeout': '1500ms',
      'defaults.max_spawn_queue': 1,
    });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const spawn = (owner: string) =>
    call(fixture, '/sandboxes', { body: { provider: 'mock', image: 'test', owner_id: owner } });
  const destroy = (id: unknown) => call(fixture, `/sandboxes/${id}`, { method: 'DELETE' });

  it('answers 429 spawn_queue_timeout when the time is over', async () => {
    const first = await spawn('ada');
    expect(first.status).to.equal(201);
    const { status, body } = await spawn('ada');
    expect([status, body['code'], body['reason']]).to.deep.equal([
      429,
      'RESOURCE_LIMIT',
      'spawn_queue_timeout',
    ]);
    expect(body['message']).to.equal('resource limit exceeded: spawn queue timeout after 1.5s');
    await destroy(first.body['id']);
  });

  it('answers one of two at once with 429 spawn_queue_full, and the other when there is room', async () => {
    const first = await spawn('ada');
    const two = [spawn('ada'), spawn('ada')];
    expect((await Promise.race(two)).body['reason']).to.equal('spawn_queue_full');
    await destroy(first.body['id']);
    const statuses = (await Promise.all(two)).map(({ status }) => status);
    expect(statuses.sort()).to.deep.equal([201, 429]);
  });

  it('tells in the metrics how many waited, in vain or not', async () => {
    const { text } = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
    const count = (name: string): number =>
      Number(new RegExp(`^stacyvm_spawn_queue_${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(count('capacity')).to.equal(1);
    expect(count('depth')).to.equal(0);
    expect(count('timeout_total')).to.equal(1);
    expect(count('dequeued_total')).to.equal(1);
    expect(count('enqueued_total')).to.equal(2);
    expect(count('full_total')).to.equal(1);
    expect(count('wait_milliseconds_max')).to.be.within(0, 1500);
  });

  it('answers what still waits at once with 503 when the control plane stops', async () => {
    const first = await spawn('grace');
    expect(first.status).to.equal(201);
    const waiting = spawn('grace');
    const queued = async () =>
      (await call(fixture, '/metrics/prometheus', { key: fixture.adminKey })).text.includes(
        'stacyvm_spawn_queue_depth 1\n',
      );
    await eventually(async () => expect(await queued()).to.equal(true));
    await fixture.dispose();
    const { status, body } = await waiting;
    expect([status, body['code'], body['reason']]).to.deep.equal([503, 'UNAVAILABLE', 'shutting_down']);
  });
});
