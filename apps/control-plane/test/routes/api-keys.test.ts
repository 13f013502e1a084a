import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, call, type Json, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';

describe('API keys of the database', () => {
  let fixture: Fixture;
  let worker: ProtocolWorker | undefined;
  let [one, two] = ['', ''];
  before(async () => {
    fixture = await startFixture();
    one = (await fixture.store.tenants.create({ name: 'one' })).id;
    two = (await fixture.store.tenants.create({ name: 'two' })).id;
    worker = await startProtocolWorker('worker-k', [fixture.url], fixture.signingKey);
    await eventually(() => expect(worker?.beats.accepted).to.be.above(0));
  });
  after(async () => {
    await fixture?.dispose();
    await worker?.stop();
  });

  const keysOf = (tenant: string) => `/tenants/${tenant}/api-keys`;
  async function keyFor(path: string, request: Json, by = fixture.adminKey): Promise<Json> {
    const { status, body, text } = await admin(fixture, path, {
      key: by,
      body: { name: 'a key', ...request },
    });
    if (status !== 201) throw new Error(`no key: ${status} ${text}`);
    return body;
  }
  const use = (key: unknown, path = '/sandboxes'): Promise<Answer> =>
    call(fixture, path, { key: String(key) });

  it('are shown once, work at once, and act for their tenant alone', async () => {
    const created = await admin(fixture, keysOf(one), { body: { name: ' ci ', role: 'api', ttl: '24h' } });
    expect(created.status).to.equal(201);
    expect(created.headers.get('cache-control')).to.equal('no-store');
    const { key, ...facts } = created.body;
    expect(key).to.match(/^svk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(facts).to.include({ tenant_id: one, name: 'ci', role: 'api' });
    const mine = await spawnSandbox({ url: fixture.url, apiKey: String(key) });
    const [listed] = items(await use(key)).map(({ id }) => id);
    expect(listed).to.equal(mine);
    const other = await keyFor(keysOf(two), { role: 'operator' });
    expect((await use(other['key'], `/sandboxes/${mine}`)).status).to.equal(404);
    expect(items(await use(other['key']))).to.deep.equal([]);
    const chosen = await call(fixture, '/sandboxes', { key: String(key), headers: { 'X-Tenant-ID': two } });
    expect(chosen.status).to.equal(404);
  });

  it('are taken as a bearer token as well', async () => {
    const { key } = await keyFor(keysOf(one), { role: 'viewer' });
    const headers = { Authorization: `Bearer ${key}` };
    expect((await call(fixture, '/sandboxes', { key: null, headers })).status).to.equal(200);
  });

  const roles = [
    { role: 'viewer', read: 200, write: 403, operate: 403, keys: 403 },
    { role: 'api', read: 200, write: 404, operate: 403, keys: 403 },
    { role: 'operator', read: 200, write: 404, operate: 200, keys: 403 },
    { role: 'tenant_admin', read: 200, write: 404, operate: 200, keys: 200 },
  ];
  for (const { role, read, write, keys } of roles) {
    it(`of the role ${role} may do what the role may, in their tenant`, async () => {
      const { key } = await keyFor(keysOf(one), { role });
      expect((await use(key)).status).to.equal(read);
      const destroy = await call(fixture, '/sandboxes/sb-none', { method: 'DELETE', key: String(key) });
      expect(destroy.status).to.equal(write);
      expect((await admin(fixture, keysOf(one), { key: String(key) })).status).to.equal(keys);
      expect((await admin(fixture, keysOf(two), { key: String(key) })).status).to.equal(
        keys === 403 ? 403 : 404,
      );
      expect((await admin(fixture, '/api-keys', { key: String(key) })).status).to.equal(403);
    });
  }

  it('are made and revoked by administrators of the tenant, and by nobody of another', async () => {
    const { key: boss } = await keyFor(keysOf(one), { role: 'tenant_admin' });
    const { key: foreign } = await keyFor(keysOf(two), { role: 'tenant_admin' });
    const made = await keyFor(keysOf(one), { role: 'tenant_admin' }, String(boss));
    const revoke = (by: unknown, tenant: string) =>
      admin(fixture, `${keysOf(tenant)}/${made['id']}`, { method: 'DELETE', key: String(by) });
    expect((await revoke(foreign, one)).status).to.equal(404);
    expect((await revoke(foreign, two)).status).to.equal(404);
    expect((await use(made['key'])).status).to.equal(200);
    const revoked = await revoke(boss, one);
    expect(revoked.status).to.equal(200);
    expect(revoked.body).to.include({ id: made['id'], state: 'revoked' });
    expect((await revoke(boss, one)).body).to.deep.equal(revoked.body);
  });

  it('of a tenant cannot be more than its administrator, and platform keys no tenant administrator', async () => {
    for (const [path, role] of [
      [keysOf(one), 'admin'],
      ['/api-keys', 'tenant_admin'],
      ['/api-keys', 'root'],
    ] as const) {
      expect((await admin(fixture, path, { body: { name: 'x', role } })).status, `${path} ${role}`).to.equal(
        400,
      );
    }
  });

  for (const [name, body, reason] of [
    ['no name', { role: 'api' }, 'invalid_request'],
    ['a blank name', { role: 'api', name: '  ' }, 'invalid_request'],
    ['a name with a line end', { role: 'api', name: 'a\nb' }, 'invalid_request'],
    ['a lifetime that is none', { role: 'api', name: 'x', ttl: 'soon' }, 'invalid_ttl'],
    ['a lifetime too short', { role: 'api', name: 'x', ttl: '59s' }, 'invalid_ttl'],
    ['a lifetime too long', { role: 'api', name: 'x', ttl: '87601h' }, 'invalid_ttl'],
    ['a key of its own choice', { role: 'api', name: 'x', key: 'svk_mine' }, 'unknown_field'],
  ] as const) {
    it(`are not made with ${name}`, async () => {
      const answer = await admin(fixture, '/api-keys', { body });
      expect([answer.status, answer.body['reason']]).to.deep.equal([400, reason]);
    });
  }

  it('are not made for a tenant that is not there', async () => {
    const answer = await admin(fixture, keysOf('tn-none'), { body: { name: 'x', role: 'api' } });
    expect([answer.status, answer.body['reason']]).to.deep.equal([404, 'tenant_not_found']);
  });

  it('of the platform administrate it, and are listed apart', async () => {
    const { key, id } = await keyFor('/api-keys', { role: 'admin', name: 'terraform' });
    expect((await admin(fixture, '/worker-keys', { key: String(key) })).status).to.equal(200);
    const listed = items(await admin(fixture, '/api-keys'));
    expect(listed.map((entry) => entry['id'])).to.deep.equal([id]);
    expect(listed[0]).not.to.have.any.keys('key', 'tenant_id');
    const ofTenant = items(await admin(fixture, keysOf(one)));
    expect(ofTenant.map((entry) => entry['tenant_id']).filter((tenant) => tenant !== one)).to.deep.equal([]);
    const wrongPlace = await admin(fixture, `${keysOf(one)}/${id}`, { method: 'DELETE' });
    expect([wrongPlace.status, wrongPlace.body['reason']]).to.deep.equal([404, 'api_key_not_found']);
    const tenantKey = await keyFor(keysOf(one), { role: 'api' });
    expect((await admin(fixture, `/api-keys/${tenantKey['id']}`, { method: 'DELETE' })).status).to.equal(404);
  });

  it('are listed page by page, newest first', async () => {
    const first = await admin(fixture, `${keysOf(one)}?limit=2`);
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const second = await admin(fixture, `${keysOf(one)}?limit=2&cursor=${encodeURIComponent(cursor)}`);
    const ids = [...items(first), ...items(second)].map(({ id }) => id);
    expect(new Set(ids).size).to.equal(4);
  });

  it('are out on every control plane within two seconds when they are revoked', async () => {
    const other = await fixture.beside();
    const { key, id } = await keyFor('/api-keys', { role: 'viewer' });
    const there = () => call({ ...fixture, url: other.url }, '/sandboxes', { key: String(key) });
    expect((await there()).status).to.equal(200);
    expect((await use(key)).status).to.equal(200);
    const start = performance.now();
    await admin(fixture, `/api-keys/${id}`, { method: 'DELETE' });
    await eventually(async () => {
      for (const answer of [await there(), await use(key)]) {
        expect([answer.status, answer.body['reason']]).to.deep.equal([401, 'api_key_revoked']);
      }
    });
    expect(performance.now() - start).to.be.below(2_000);
  });

  it('show when they were used last, and who made them', async () => {
    const { key, id } = await keyFor(keysOf(one), { role: 'viewer' });
    await use(key);
    await fixture.controlPlane.stop();
    const record = await fixture.store.apiKeys.get(String(id));
    expect(Date.now() - (record?.lastUsedAt?.getTime() ?? 0)).to.be.below(60_000);
    expect(record?.createdBy).to.match(/^admin:[0-9a-f]{16}$/);
    await fixture.restart();
  });

  it('are audited by their id, and are in no log', async () => {
    const { key, id } = await keyFor(keysOf(one), { role: 'viewer', name: 'seen' });
    await use(key);
    const headers = { 'X-Request-ID': 'key-made' };
    const made = await admin(fixture, keysOf(one), { body: { name: 'audited', role: 'api' }, headers });
    const entry = await auditOf(fixture, 'key-made');
    expect(entry).to.include({ action: 'api_key.create', outcome: 'success' });
    expect(entry.resource).to.equal(`tenant:${one}/api_key:${made.body['id']}`);
    for (const secret of [key, made.body['key']]) {
      const digits = String(secret).slice(17, 81);
      expect(fixture.logs.text()).not.to.contain(digits);
      expect(JSON.stringify(entry)).not.to.contain(digits);
    }
    const used = await admin(fixture, '/worker-keys', {
      key: String(key),
      headers: { 'X-Request-ID': 'key-used' },
    });
    expect(used.status).to.equal(403);
    expect(await auditOf(fixture, 'key-used')).to.include({ actorKind: 'tenant_key', actorId: `key:${id}` });
  });
});
