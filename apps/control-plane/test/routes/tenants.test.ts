import { expect } from 'chai';
import { admin, auditOf } from '../admin-calls.js';
import { type Answer, type CallOptions, call, callAs, type Json, spawnSandbox } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('the routes of tenants', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture(provider.flags);
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const create = async (tenant: Json): Promise<Json> => {
    const { status, body, text } = await admin(fixture, '/tenants', { body: tenant });
    expect(status, text).to.equal(201);
    return body['tenant'] as Json;
  };
  const put = (path: string, body: Json): Promise<Answer> => admin(fixture, path, { method: 'PUT', body });
  const remove = (path: string): Promise<Answer> => admin(fixture, path, { method: 'DELETE' });
  /** As somebody with a token of the provider. */
  const as = (sub: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    callAs(fixture, provider.token({ sub, groups: ['viewers'] }), path, options);
  const reasonOf = ({ status, body }: Answer) => [status, body['reason']];

  it('create, get, list, change and delete', async () => {
    const answer = await admin(fixture, '/tenants', {
      body: { name: 'Research', owner_id: 'ada', settings: { tier: 1 } },
      headers: { 'X-Request-ID': 'create-tenant' },
    });
    expect(answer.status).to.equal(201);
    const tenant = answer.body['tenant'] as Json;
    const id = String(tenant['id']);
    expect(id).to.match(/^tn-[0-9a-f]{24}$/);
    expect(answer.headers.get('location')).to.equal(`/api/v1/admin/tenants/${id}`);
    expect(tenant).to.include({ name: 'Research', owner_id: 'ada', settings: '{"tier":1}', state: 'active' });
    expect(await auditOf(fixture, 'create-tenant')).to.include({
      action: 'tenant.create',
      resource: `tenant:${id}`,
      outcome: 'success',
    });
    expect((await admin(fixture, `/tenants/${id}`)).body).to.deep.equal({ tenant });
    const listed = await admin(fixture, '/tenants?owner_id=ada&name_prefix=Res');
    expect(listed.body).to.deep.equal({ tenants: [tenant] });

    // What is empty or null stays with PUT, as in the reference, and is what it says with PATCH.
    const replaced = await put(`/tenants/${id}`, { id: 'x', name: 'R&D', owner_id: '', settings: null });
    expect(replaced.body['tenant']).to.include({ id, name: 'R&D', owner_id: 'ada', settings: '{"tier":1}' });
    const patched = await admin(fixture, `/tenants/${id}`, {
      method: 'PATCH',
      body: { owner_id: '', settings: null },
    });
    expect(patched.body['tenant']).to.include({ name: 'R&D', owner_id: '', settings: 'null' });

    const deleted = await remove(`/tenants/${id}`);
    expect([deleted.status, deleted.text]).to.deep.equal([204, '']);
    expect(reasonOf(await remove(`/tenants/${id}`))).to.deep.equal([404, 'tenant_not_found']);
  });

  it('list page by page, newest first', async () => {
    for (const n of [1, 2, 3]) await create({ id: `page-${n}`, name: `Page ${n}` });
    const first = await admin(fixture, '/tenants?name_prefix=Page&limit=2');
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const rest = await admin(fixture, `/tenants?name_prefix=Page&limit=2&cursor=${cursor}`);
    const ids = [first, rest].flatMap(({ body }) => (body['tenants'] as Json[]).map(({ id }) => id));
    expect(ids).to.deep.equal(['page-3', 'page-2', 'page-1']);
    expect(rest.headers.get('x-next-cursor')).to.equal(null);
  });

  const refused: readonly (readonly [string, string, string, Json | undefined, number, string])[] = [
    ['a name that is blank', 'POST', '/tenants', { name: ' ' }, 400, 'invalid_request'],
    ['no name', 'POST', '/tenants', {}, 400, 'invalid_request'],
    ['an id with a slash', 'POST', '/tenants', { id: 'a/b', name: 'A' }, 400, 'invalid_request'],
    ['an id that is there', 'POST', '/tenants', { id: 'there', name: 'A' }, 409, 'conflict'],
    ['a field that there is not', 'POST', '/tenants', { name: 'A', state: 'deleting' }, 400, 'unknown_field'],
    ['a PATCH of nothing', 'PATCH', '/tenants/there', {}, 400, 'invalid_request'],
    ['a PATCH to a blank name', 'PATCH', '/tenants/there', { name: ' ' }, 400, 'invalid_request'],
    ['a PUT of a blank name', 'PUT', '/tenants/there', { name: ' ' }, 400, 'invalid_request'],
    ['a PATCH of nobody', 'PATCH', '/tenants/nobody', { name: 'A' }, 404, 'tenant_not_found'],
    ['a PUT of nobody', 'PUT', '/tenants/nobody', { name: 'A' }, 404, 'tenant_not_found'],
    ['nobody', 'GET', '/tenants/nobody', undefined, 404, 'tenant_not_found'],
    ['the end of nobody', 'DELETE', '/tenants/nobody?cascade=true', undefined, 404, 'tenant_not_found'],
    ['members of nobody', 'GET', '/tenants/nobody/members', undefined, 404, 'tenant_not_found'],
    ['a member of nobody', 'PUT', '/tenants/nobody/members/ada', { role: 'admin' }, 404, 'tenant_not_found'],
    [
      'a role that there is not',
      'PUT',
      '/tenants/there/members/ada',
      { role: 'owner' },
      400,
      'invalid_request',
    ],
    ['a member that is none', 'GET', '/tenants/there/members/zed', undefined, 404, 'member_not_found'],
    [
      'the end of a member that is none',
      'DELETE',
      '/tenants/there/members/zed',
      undefined,
      404,
      'member_not_found',
    ],
  ];
  describe('refuse', () => {
    before(() => create({ id: 'there', name: 'There' }));
    for (const [what, method, path, body, status, reason] of refused) {
      it(`${what}: ${status} ${reason}`, async () => {
        expect(reasonOf(await admin(fixture, path, { method, ...(body && { body }) }))).to.deep.equal([
          status,
          reason,
        ]);
      });
    }
  });

  describe('of members', () => {
    before(async () => {
      await create({ id: 'acme', name: 'Acme' });
      await create({ id: 'umbrella', name: 'Umbrella' });
    });

    it('add, change, list and remove', async () => {
      const added = await put('/tenants/acme/members/oidc:zoe', { role: 'viewer' });
      expect(added.status).to.equal(200);
      expect(added.body['member']).to.include({ tenant_id: 'acme', user_id: 'zoe', role: 'viewer' });
      await put('/tenants/acme/members/auth0%7C12%2F3', { role: 'operator' });
      const changed = await put('/tenants/acme/members/zoe', { role: 'operator' });
      expect(changed.body['member']).to.include({
        role: 'operator',
        created_at: (added.body['member'] as Json)['created_at'],
      });
      const { body } = await admin(fixture, '/tenants/acme/members');
      expect((body['members'] as Json[]).map(({ user_id }) => user_id)).to.deep.equal(['zoe', 'auth0|12/3']);
      expect((await admin(fixture, '/tenants/acme/members/auth0%7C12%2F3')).status).to.equal(200);
      for (const user of ['zoe', 'auth0%7C12%2F3']) {
        expect((await remove(`/tenants/acme/members/${user}`)).status).to.equal(204);
      }
      expect((await admin(fixture, '/tenants/acme/members')).body).to.deep.equal({ members: [] });
    });

    it('are for the administrators of the tenant, and nothing else of the platform is', async () => {
      await put('/tenants/acme/members/amy', { role: 'admin' });
      await put('/tenants/acme/members/vic', { role: 'viewer' });
      await put('/tenants/umbrella/members/uma', { role: 'admin' });
      await eventually(async () =>
        expect((await as('amy', '/admin/tenants/acme/members')).status).to.equal(200),
      );
      const set = await as('amy', '/admin/tenants/acme/members/bob', {
        method: 'PUT',
        body: { role: 'operator' },
        headers: { 'X-Request-ID': 'amy-adds-bob' },
      });
      expect(set.status).to.equal(200);
      expect(await auditOf(fixture, 'amy-adds-bob')).to.deep.include({
        actorId: 'oidc:amy',
        action: 'tenant_member.set',
        resource: 'tenant:acme/member:bob',
        detail: { role: 'operator' },
      });
      const beyond = [
        ['/admin/tenants/umbrella/members', 404],
        ['/admin/tenants/nobody/members', 404],
        ['/admin/tenants/acme', 403],
        ['/admin/tenants', 403],
        ['/admin/policies', 403],
        ['/admin/worker-keys', 403],
        ['/workers', 403],
        ['/workers/worker-1', 403],
        ['/diagnostics', 403],
        ['/metrics/prometheus', 403],
      ] as const;
      for (const [path, status] of beyond) {
        expect([path, (await as('amy', path)).status]).to.deep.equal([path, status]);
      }
      expect(reasonOf(await as('vic', '/admin/tenants/acme/members'))).to.deep.equal([403, 'missing_scope']);
      expect(reasonOf(await call(fixture, '/admin/tenants/acme/members'))).to.deep.equal([
        403,
        'missing_scope',
      ]);
    });

    it('keep the last administrator from locking the tenant, and the platform can still', async () => {
      await create({ id: 'solo', name: 'Solo' });
      await put('/tenants/solo/members/sam', { role: 'admin' });
      const change = (options: CallOptions) => as('sam', '/admin/tenants/solo/members/sam', options);
      await eventually(async () => expect((await change({})).status).to.equal(200));
      for (const options of [{ method: 'DELETE' }, { method: 'PUT', body: { role: 'viewer' } }]) {
        expect(reasonOf(await change(options))).to.deep.equal([409, 'last_tenant_admin']);
      }
      await put('/tenants/solo/members/eve', { role: 'admin' });
      expect((await change({ method: 'DELETE' })).status).to.equal(204);
      expect((await remove('/tenants/solo/members/eve')).status).to.equal(204);
    });
  });

  describe('delete', () => {
    const inTenant = (id: string) => ({ 'X-Tenant-ID': id });
    const spawnFor = async (id: string): Promise<Answer> =>
      call(fixture, '/sandboxes', { body: { provider: 'mock' }, headers: inTenant(id) });

    it('refuses while something is left and says what, and with cascade takes all of it', async () => {
      await create({ id: 'full', name: 'Full' });
      await put('/tenants/full/members/ada', { role: 'viewer' });
      const id = String((await spawnFor('full')).body['id']);
      const other = await spawnSandbox(fixture);
      const refusal = await remove('/tenants/full');
      expect(reasonOf(refusal)).to.deep.equal([409, 'tenant_in_use']);
      expect(refusal.body['message']).to.contain('1 members, 0 keys, 0 policies and 1 sandboxes');
      expect((await call(fixture, `/sandboxes/${id}`, { headers: inTenant('full') })).status).to.equal(200);

      const gone = await admin(fixture, '/tenants/full?cascade=true', {
        method: 'DELETE',
        headers: { 'X-Request-ID': 'cascade' },
      });
      expect(gone.status).to.equal(204);
      expect((await auditOf(fixture, 'cascade')).detail).to.deep.equal({
        cascade: true,
        members: 1,
        keys: 0,
        policies: 0,
        sandboxes: 1,
      });
      expect((await admin(fixture, `/sandboxes/${id}`)).status).to.equal(404);
      expect((await call(fixture, `/sandboxes/${other}`)).status).to.equal(200);
      expect(reasonOf(await spawnFor('full'))).to.deep.equal([404, 'tenant_not_found']);
    });

    it('lets no sandbox slip in that is spawned at the same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        const id = `race-${round}`;
        await create({ id, name: id });
        const spawns = Array.from({ length: 4 }, () => spawnFor(id));
        const deletion = await remove(`/tenants/${id}?cascade=true`);
        const outcomes = await Promise.all(spawns);
        for (const { status, body, text } of outcomes) {
          // One that lasts longer than others is ended with its tenant.
          const outcome = status === 403 ? body['reason'] : status;
          expect(outcome, text).to.be.oneOf([201, 404, 409, 'credential_revoked']);
        }
        expect(deletion.status, deletion.text).to.equal(204);
        const { items } = await fixture.store.sandboxes.list({ tenantId: id });
        expect(items).to.deep.equal([]);
      }
    });

    it('removes nothing while a worker does not answer, and can be repeated', async () => {
      await create({ id: 'stuck', name: 'Stuck' });
      await put('/tenants/stuck/members/ada', { role: 'admin' });
      const { url, signingKey } = fixture;
      const mortal = startWorkerProcess({ id: 'worker-2', controlPlaneUrl: url, signingKey });
      await mortal.said('worker joined');
      await admin(fixture, '/workers/worker-1/cordon', { method: 'POST' });
      const id = String((await spawnFor('stuck')).body['id']);
      await admin(fixture, '/workers/worker-1/uncordon', { method: 'POST' });
      process.kill(mortal.pid, 'SIGKILL');
      await mortal.stop();
      const refusal = await remove('/tenants/stuck?cascade=true');
      expect(reasonOf(refusal)).to.deep.equal([503, 'worker_unreachable']);
      expect((await admin(fixture, '/tenants/stuck')).body['tenant']).to.include({ state: 'active' });
      expect((await admin(fixture, '/tenants/stuck/members/ada')).status).to.equal(200);
      await fixture.store.sandboxes.markDestroyed(id);
      expect((await remove('/tenants/stuck?cascade=true')).status).to.equal(204);
    });
  });
});
