import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, call, type Json } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

const LIMITS = {
  max_sandboxes: 2,
  max_memory_mb: 4096,
  max_vcpus: 0,
  max_ttl: '1h0m0s',
  max_exec_timeout: '30s',
  max_token_issues_per_minute: 5,
};

describe('the routes of quotas', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture({
      ...provider.flags,
      'defaults.max_sandboxes_per_owner': 9,
    });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    await fixture.store.tenants.create({ id: 'tn-a', name: 'a' });
  });
  afterEach(async () => {
    for (const { owner_id } of items(await admin(fixture, '/quotas'))) {
      await admin(fixture, `/quotas/${encodeURIComponent(String(owner_id))}`, { method: 'DELETE' });
    }
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const put = (path: string, body: Json, key = fixture.adminKey): Promise<Answer> =>
    call(fixture, path, { method: 'PUT', body, key });

  for (const base of ['/quotas', '/admin/quotas']) {
    it(`${base}: set, read, list, sum up, use and delete`, async () => {
      const key = fixture.adminKey;
      const set = await put(`${base}/ada`, LIMITS);
      expect(set.status).to.equal(200);
      expect(set.body).to.deep.include({ owner_id: 'ada', ...LIMITS });
      expect((await call(fixture, `${base}/ada`, { key })).body).to.deep.equal(set.body);
      const replaced = await put(`${base}/ada`, { max_ttl: '90m' });
      expect(replaced.body).to.include({ max_sandboxes: 0, max_ttl: '1h30m0s', max_exec_timeout: '0s' });
      expect(replaced.body['created_at']).to.equal(set.body['created_at']);
      await put(`${base}/bob`, { max_sandboxes: 1 });
      const first = await call(fixture, `${base}?limit=1`, { key });
      const rest = await call(fixture, `${base}?limit=1&cursor=${first.headers.get('x-next-cursor')}`, {
        key,
      });
      expect([...items(first), ...items(rest)].map((quota) => quota['owner_id'])).to.deep.equal([
        'ada',
        'bob',
      ]);
      expect(rest.headers.get('x-next-cursor')).to.equal(null);
      expect((await call(fixture, `${base}/summary`, { key })).body).to.deep.equal({
        total: 2,
        with_max_sandboxes: 1,
        with_max_ttl: 1,
        with_max_exec_timeout: 0,
      });
      expect((await call(fixture, `${base}/ada/usage`, { key })).body).to.deep.equal({
        owner_id: 'ada',
        active_sandboxes: 0,
        max_sandboxes: 9,
        active_memory_mb: 0,
        max_memory_mb: 0,
        active_vcpus: 0,
        max_vcpus: 0,
        max_ttl: '1h30m0s',
        max_exec_timeout: '10m0s',
        max_token_issues_per_minute: 0,
        quota_configured: true,
      });
      expect((await call(fixture, `${base}/carol/usage`, { key })).body).to.include({
        owner_id: 'carol',
        max_sandboxes: 9,
        quota_configured: false,
      });
      const deleted = await call(fixture, `${base}/ada`, { key, method: 'DELETE' });
      expect([deleted.status, deleted.body]).to.deep.equal([200, { status: 'deleted' }]);
      for (const method of ['GET', 'DELETE']) {
        const gone = await call(fixture, `${base}/ada`, { key, method });
        expect([gone.status, gone.body['reason']]).to.deep.equal([404, 'quota_not_found']);
      }
    });
  }

  it('of a tenant: set, read, use and delete, of one that is there', async () => {
    const path = '/tenants/tn-a/quota';
    const set = await put(`/admin${path}`, LIMITS);
    expect(set.status).to.equal(200);
    expect(set.body)
      .to.deep.include({ tenant_id: 'tn-a', ...LIMITS })
      .and.not.have.property('owner_id');
    expect((await admin(fixture, path)).body).to.deep.equal(set.body);
    expect((await admin(fixture, `${path}/usage`)).body).to.include({
      tenant_id: 'tn-a',
      active_sandboxes: 0,
      max_sandboxes: 2,
      max_ttl: '1h0m0s',
      quota_configured: true,
    });
    expect((await admin(fixture, path, { method: 'DELETE' })).body).to.deep.equal({ status: 'deleted' });
    expect((await admin(fixture, path)).status).to.equal(404);
    const unknown = await put('/admin/tenants/tn-x/quota', LIMITS);
    expect([unknown.status, unknown.body['code']]).to.deep.equal([404, 'NOT_FOUND']);
  });

  it('of owners are those of the tenant that the request acts for', async () => {
    const inTenant = { 'X-Tenant-ID': 'tn-a' };
    const key = fixture.adminKey;
    const set = await call(fixture, '/admin/quotas/ada', {
      method: 'PUT',
      body: { max_sandboxes: 1 },
      key,
      headers: inTenant,
    });
    expect(set.body).to.include({ owner_id: 'ada', tenant_id: 'tn-a', max_sandboxes: 1 });
    expect((await admin(fixture, '/quotas/ada')).status).to.equal(404);
    expect(items(await admin(fixture, '/quotas'))).to.deep.equal([]);
    const listed = items(await call(fixture, '/quotas', { key, headers: inTenant }));
    expect(listed.map((quota) => quota['owner_id'])).to.deep.equal(['ada']);
    const spawn = (headers: Readonly<Record<string, string>>) =>
      call(fixture, '/sandboxes', {
        headers: { 'X-User-ID': 'ada', ...headers },
        body: { provider: 'mock' },
      });
    const spawned = [await spawn(inTenant), await spawn({}), await spawn({})];
    expect(spawned.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
    expect((await spawn(inTenant)).body['reason']).to.equal('quota_exceeded');
    for (const { body } of spawned) {
      const path = `/sandboxes/${body['id']}`;
      expect((await call(fixture, path, { method: 'DELETE', key })).status).to.equal(200);
    }
    await call(fixture, '/admin/quotas/ada', { method: 'DELETE', key, headers: inTenant });
  });

  it('of a tenant are read by who administrates it, and by nobody of another', async () => {
    await fixture.store.tenants.create({ id: 'tn-b', name: 'b' });
    await fixture.store.tenantMembers.set({ tenantId: 'tn-a', userId: 'eve', role: 'admin' });
    await put('/admin/tenants/tn-a/quota', LIMITS);
    const headers = { Authorization: `Bearer ${provider.token({ sub: 'eve', groups: ['viewers'] })}` };
    const read = (path: string, method = 'GET') =>
      call(fixture, path, { key: null, headers, method, ...(method === 'PUT' ? { body: {} } : {}) });
    expect((await read('/admin/tenants/tn-a/quota')).body).to.include({ max_sandboxes: 2 });
    expect((await read('/admin/tenants/tn-a/quota/usage')).body).to.include({ quota_configured: true });
    for (const tenant of ['tn-b', 'tn-x']) {
      expect((await read(`/admin/tenants/${tenant}/quota`)).status).to.equal(404);
    }
    for (const method of ['PUT', 'DELETE']) {
      expect((await read('/admin/tenants/tn-a/quota', method)).status).to.equal(403);
    }
    await admin(fixture, '/tenants/tn-a/quota', { method: 'DELETE' });
  });

  const refused: ReadonlyArray<readonly [string, string, Json, number, string]> = [
    ['a negative count', 'ada', { max_sandboxes: -1 }, 400, 'invalid_request'],
    ['a fraction', 'ada', { max_vcpus: 1.5 }, 400, 'invalid_request'],
    ['a number as text', 'ada', { max_sandboxes: '5' }, 400, 'invalid_request'],
    ['a field that is none', 'ada', { max_gpus: 1 }, 400, 'unknown_field'],
    ['a negative time', 'ada', { max_ttl: '-1h' }, 400, 'invalid_duration'],
    ['parts of a second', 'ada', { max_ttl: '1500ms' }, 400, 'invalid_duration'],
    ['less than a second', 'ada', { max_exec_timeout: '1ns' }, 400, 'invalid_duration'],
    ['what is no time', 'ada', { max_exec_timeout: 'soon' }, 400, 'invalid_duration'],
    ['more than a sandbox can live', 'ada', { max_ttl: '25h' }, 400, 'invalid_duration'],
    ['an owner with a slash', 'a%2Fb', {}, 400, 'invalid_request'],
    ['an owner with a space', 'a%20b', {}, 400, 'invalid_request'],
    ['a long owner', 'a'.repeat(129), {}, 400, 'invalid_request'],
  ];
  for (const [name, owner, body, status, reason] of refused) {
    it(`refuse ${name}`, async () => {
      const answer = await put(`/admin/quotas/${owner}`, body);
      expect([answer.status, answer.body['reason']]).to.deep.equal([status, reason]);
      expect(items(await admin(fixture, '/quotas'))).to.deep.equal([]);
    });
  }

  it('know no owner named summary, whose quota nobody could read', async () => {
    for (const base of ['/quotas', '/admin/quotas']) {
      expect((await put(`${base}/summary`, LIMITS)).status).to.be.oneOf([400, 405]);
    }
    expect(items(await admin(fixture, '/quotas'))).to.deep.equal([]);
  });

  it('are written by administrators alone, and audited wherever they are written', async () => {
    for (const path of ['/quotas/ada', '/admin/quotas/ada']) {
      expect((await put(path, LIMITS, fixture.apiKey)).status).to.equal(403);
      const id = `set-${path.length}`;
      await call(fixture, path, {
        method: 'PUT',
        body: LIMITS,
        key: fixture.adminKey,
        headers: { 'X-Request-ID': id },
      });
      const entry = await auditOf(fixture, id);
      expect(entry).to.include({ action: 'quota.set', resource: 'owner:ada', outcome: 'success' });
      expect(entry.detail).to.include({ max_sandboxes: 2, max_ttl: '1h0m0s' });
    }
    expect((await call(fixture, '/quotas')).status).to.equal(200);
    expect((await call(fixture, '/admin/quotas')).status).to.equal(403);
    expect((await call(fixture, '/quotas', { key: null })).status).to.equal(401);
  });

  it('show a person what is its own, and nothing of others', async () => {
    const headers = { Authorization: `Bearer ${provider.token({ sub: 'ada', groups: ['viewers'] })}` };
    const read = (path: string) => call(fixture, path, { key: null, headers });
    await put('/admin/quotas/oidc%3Aada', LIMITS);
    await put('/admin/quotas/bob', LIMITS);
    expect(items(await read('/quotas')).map((quota) => quota['owner_id'])).to.deep.equal(['oidc:ada']);
    expect((await read('/quotas/summary')).body).to.include({ total: 1, with_max_sandboxes: 1 });
    expect((await read('/quotas/oidc%3Aada')).body).to.include({ owner_id: 'oidc:ada' });
    expect((await read('/quotas/oidc%3Aada/usage')).body).to.include({ max_sandboxes: 2 });
    for (const path of ['/quotas/bob', '/quotas/bob/usage', '/quotas/nobody', '/quotas/nobody/usage']) {
      const answer = await read(path);
      expect([answer.status, answer.body['reason']], path).to.deep.equal([404, 'quota_not_found']);
    }
  });

  it('hold for spawns and programs, and say which limit it was', async () => {
    await put('/admin/quotas/ada', { ...LIMITS, max_sandboxes: 1 });
    const headers = { 'X-User-ID': 'ada' };
    const spawn = (body: Json = {}) =>
      call(fixture, '/sandboxes', { headers, body: { provider: 'mock', ...body } });
    const long = await spawn({ ttl: '2h' });
    expect([long.status, long.body['code'], long.body['reason']]).to.deep.equal([
      429,
      'RESOURCE_LIMIT',
      'quota_exceeded',
    ]);
    expect(long.body['message']).to.contain('ttl exceeds max ttl 1h0m0s');
    const { body: sandbox } = await spawn();
    const second = await spawn();
    expect([second.status, second.body['reason']]).to.deep.equal([429, 'quota_exceeded']);
    expect(second.body['message']).to.equal('resource limit exceeded: max sandboxes per owner reached (1)');
    expect((await call(fixture, '/quotas/ada/usage')).body).to.include({
      active_sandboxes: 1,
      max_sandboxes: 1,
    });
    const exec = (timeout: string) =>
      call(fixture, `/sandboxes/${sandbox['id']}/exec`, { body: { command: 'true', timeout } });
    const slow = await exec('31s');
    expect([slow.status, slow.body['reason']]).to.deep.equal([429, 'quota_exceeded']);
    expect((await exec('30s')).status).to.equal(200);
    await call(fixture, `/sandboxes/${sandbox['id']}`, { method: 'DELETE' });
    const { text } = await call(fixture, '/metrics/prometheus', { key: fixture.adminKey });
    expect(text).to.match(/^stacyvm_limit_refusals_total\{reason="quota_exceeded"\} [1-9]/m);
    expect(text).to.match(/^stacyvm_owner_quotas_total \d+$/m);
  });
});
