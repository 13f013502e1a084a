import { expect } from 'chai';
import { call, type Json } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';

describe('the routes of workers', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
    for (const id of ['worker-b', 'worker-a', 'Worker-C']) {
      await fixture.store.workers.upsertHeartbeat({
        id,
        hostname: 'node-1',
        providers: id === 'worker-a' ? null : ['mock'],
        capabilities: null,
        capacity: { max_sandboxes: 3, rpc_url: 'http://127.0.0.1:1' },
      });
    }
  });
  after(() => fixture?.dispose());

  it('show a worker with times in whole seconds', async () => {
    const { status, body } = await call(fixture, '/workers/worker-b');
    expect(status).to.equal(200);
    expect(body).to.include({ id: 'worker-b', hostname: 'node-1', status: 'online', stale: false });
    expect(body['providers']).to.deep.equal(['mock']);
    expect(body['capacity']).to.deep.equal({ max_sandboxes: 3, rpc_url: 'http://127.0.0.1:1' });
    for (const name of ['last_heartbeat', 'created_at', 'updated_at']) {
      expect(body[name]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it('show an empty list where a worker says nothing', async () => {
    const { body } = await call(fixture, '/workers/worker-a');
    expect([body['providers'], body['capabilities']]).to.deep.equal([[], []]);
  });

  it('list workers page by page, by id', async () => {
    const first = await call(fixture, '/workers?limit=2');
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const second = await call(fixture, `/workers?limit=2&cursor=${cursor}`);
    const ids = [first, second].flatMap(({ body }) => (body as unknown as Json[]).map(({ id }) => id));
    expect(ids).to.have.members(['Worker-C', 'worker-a', 'worker-b']);
    expect(second.headers.get('x-next-cursor')).to.equal(null);
  });

  it('answer 404 for a worker that never reported, and for another spelling of one', async () => {
    for (const id of ['worker-z', 'WORKER-A']) {
      const { status, body } = await call(fixture, `/workers/${id}`);
      expect([status, body['reason']]).to.deep.equal([404, 'worker_not_found']);
    }
  });
});
