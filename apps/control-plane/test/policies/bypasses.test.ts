import { expect } from 'chai';
import { admin, items } from '../admin-calls.js';
import { call, exchange, parseAnswer, rawRequest } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';
import { BYPASS_ATTEMPTS, type BypassAttempt } from './bypass-attempts.js';

describe('a policy cannot be passed by with', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    fixture = await startFixture();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  afterEach(async () => {
    for (const { id } of items(await admin(fixture, '/policies'))) {
      await admin(fixture, `/policies/${id}`, { method: 'DELETE' });
    }
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const spawned = async (): Promise<number> =>
    (await fixture.store.sandboxes.list({ limit: 1000 })).items.length;

  async function send({ body, headers, path = '/sandboxes' }: BypassAttempt) {
    const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const request = rawRequest('POST', `/api/v1${path}`, { 'x-api-key': fixture.apiKey, ...headers }, raw);
    return parseAnswer(await exchange(fixture.port, request));
  }

  for (const [suite, attempts] of Object.entries(BYPASS_ATTEMPTS)) {
    describe(suite, () => {
      for (const attempt of attempts) {
        it(`${attempt.name}: ${attempt.refused.join(' ')}`, async () => {
          const created = await admin(fixture, '/policies', { body: attempt.policy });
          expect(created.status, created.text).to.equal(201);
          const before = await spawned();
          const { status, body } = await send(attempt);
          expect([status, body['reason']], JSON.stringify(body)).to.deep.equal(attempt.refused);
          expect(await spawned(), 'no sandbox is recorded').to.equal(before);
        });
      }
    });
  }

  it('is not true of what no policy forbids', async () => {
    await admin(fixture, '/policies', {
      body: { resource_type: 'image', effect: 'deny', pattern: 'alpine' },
    });
    await admin(fixture, '/policies', {
      body: { resource_type: 'network', effect: 'allow', pattern: 'none' },
    });
    for (const body of [{}, { network_mode: 'none' }, { metadata: { network_mode: 'host' } }]) {
      const answer = await call(fixture, '/sandboxes', {
        body: { provider: 'mock', image: 'test', ...body },
      });
      expect(answer.status, answer.text).to.equal(201);
    }
  });
});
