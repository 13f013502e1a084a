import { expect } from 'chai';
import { call, type Json, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('the routes of sandboxes', () => {
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

  it('spawn, list, get, log and destroy a sandbox', async () => {
    const spawned = await call(fixture, '/sandboxes', {
      body: { provider: 'mock', image: 'test', memory_mb: 64, vcpus: 2, ttl: '5m', metadata: { job: 'a<b' } },
    });
    expect(spawned.status).to.equal(201);
    const id = String(spawned.body['id']);
    expect(id).to.match(/^sb-[0-9a-f]{24}$/);
    expect(spawned.headers.get('location')).to.equal(`/api/v1/sandboxes/${id}`);
    expect(spawned.body).to.include({ state: 'running', provider: 'mock', image: 'test', memory_mb: 64 });
    expect(spawned.body).to.include({ vcpus: 2, worker_id: 'worker-1', vm_id: id });
    expect(spawned.body['metadata']).to.deep.equal({ job: 'a<b' });
    expect(spawned.text, 'characters that HTML could take for its own').not.to.match(/[<>&]/);
    const lifetime =
      Date.parse(String(spawned.body['expires_at'])) - Date.parse(String(spawned.body['created_at']));
    expect(lifetime).to.be.closeTo(300_000, 2_000);

    const found = await call(fixture, `/sandboxes/${id}`);
    expect(found.body).to.deep.equal(spawned.body);
    const listed = await call(fixture, '/sandboxes');
    expect((listed.body as unknown as Json[]).map((sandbox) => sandbox['id'])).to.include(id);

    await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'echo one; echo two' } });
    const logs = await call(fixture, `/sandboxes/${id}/logs?lines=1`);
    expect([logs.status, logs.body]).to.deep.equal([200, ['two']]);

    const destroyed = await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' });
    expect([destroyed.status, destroyed.body]).to.deep.equal([200, { status: 'destroyed' }]);
    const again = await call(fixture, `/sandboxes/${id}`, { method: 'DELETE' });
    expect([again.status, again.body], 'safe to repeat').to.deep.equal([200, { status: 'destroyed' }]);
    expect((await call(fixture, `/sandboxes/${id}`)).body).to.include({ reason: 'sandbox_not_found' });
  });

  it('take from the defaults what the request leaves open', async () => {
    const { status, body } = await call(fixture, '/sandboxes', { body: {} });
    expect(status).to.equal(201);
    expect(body).to.include({ provider: 'bubblewrap', image: 'host', memory_mb: 1024, vcpus: 1 });
    expect(body).not.to.have.any.keys('owner_id', 'tenant_id', 'state_reason', 'preview_domain');
    await call(fixture, `/sandboxes/${body['id']}`, { method: 'DELETE' });
  });

  it('know a provider in any case, and ignore the tenant of the body', async () => {
    const { status, body } = await call(fixture, '/sandboxes', {
      body: { provider: 'MOCK', tenant_id: 'somebody-else' },
    });
    expect(status).to.equal(201);
    expect(body).not.to.have.property('tenant_id');
  });

  const owners = [
    { name: 'the header wins', header: 'alice', owner: 'bob', stored: 'alice' },
    { name: 'else the body says', header: undefined, owner: 'bob', stored: 'bob' },
    { name: 'else nobody owns it', header: undefined, owner: undefined, stored: undefined },
  ];
  for (const { name, header, owner, stored } of owners) {
    it(`owner: ${name}`, async () => {
      const { body } = await call(fixture, '/sandboxes', {
        body: { provider: 'mock', ...(owner === undefined ? {} : { owner_id: owner }) },
        headers: header === undefined ? {} : { 'X-User-ID': header },
      });
      expect(body['owner_id']).to.equal(stored);
    });
  }

  it('page through the list by cursor, newest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift(await spawnSandbox(fixture));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await call(
        fixture,
        `/sandboxes?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.status).to.equal(200);
      const items = page.body as unknown as Json[];
      expect(items.length).to.be.at.most(2);
      seen.push(...items.map((sandbox) => String(sandbox['id'])));
      cursor = page.headers.get('x-next-cursor');
    }
    expect(seen.slice(0, 3)).to.deep.equal(ids);
    expect(new Set(seen).size).to.equal(seen.length);
  });

  const refusals = [
    { name: 'an unknown image', body: { image: 'nope' }, status: 400, reason: 'image_unknown' },
    { name: 'an unknown provider', body: { provider: 'nope' }, status: 404, reason: 'provider_unknown' },
    { name: 'a ttl above the maximum', body: { ttl: '3h' }, status: 429, reason: 'ttl_too_long' },
    { name: 'a template', body: { template: 'web' }, status: 400, reason: 'unsupported_field' },
    { name: 'too little memory', body: { memory_mb: 1 }, status: 400, reason: 'invalid_request' },
  ];
  for (const { name, body, status, reason } of refusals) {
    it(`refuse ${name} with ${status} ${reason}`, async () => {
      const refused = await call(fixture, '/sandboxes', { body: { provider: 'mock', ...body } });
      expect([refused.status, refused.body['reason']]).to.deep.equal([status, reason]);
    });
  }

  it('list the known images to whoever asks for an unknown one', async () => {
    const { body } = await call(fixture, '/sandboxes', { body: { provider: 'mock', image: 'nope' } });
    expect(body['message']).to.contain('known images: host, test');
  });

  it('answer 404 for a sandbox that is not there, on every route', async () => {
    const id = 'sb-000000000000000000000000';
    for (const [method, path, body] of [
      ['GET', `/sandboxes/${id}`],
      ['DELETE', `/sandboxes/${id}`],
      ['GET', `/sandboxes/${id}/logs`],
      ['POST', `/sandboxes/${id}/exec`, { command: 'true' }],
      ['POST', `/sandboxes/${id}/exec`, { command: 'true', stream: true, exit_record: true }],
    ] as const) {
      const answer = await call(fixture, path, { method, ...(body === undefined ? {} : { body }) });
      expect([answer.status, answer.body['reason']], `${method} ${path}`).to.deep.equal([
        404,
        'sandbox_not_found',
      ]);
    }
  });
});

describe('the routes of sandboxes without a worker', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  it('refuse to spawn with 429 no_eligible_worker', async () => {
    const { status, body } = await call(fixture, '/sandboxes', { body: {} });
    expect([status, body['code'], body['reason']]).to.deep.equal([
      429,
      'RESOURCE_LIMIT',
      'no_eligible_worker',
    ]);
  });

  it('list nothing', async () => {
    expect((await call(fixture, '/sandboxes')).text).to.equal('[]');
    expect((await call(fixture, '/workers')).text).to.equal('[]');
  });
});
