import { expect } from 'chai';
import { call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
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
});
