import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, type CallOptions, call, callAs, type Json } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

const DENY = { resource_type: 'image', effect: 'deny', pattern: 'test' };
const ALLOW_ALL = { resource_type: 'image', effect: 'allow', pattern: '**' };
const A = '/tenants/tn-a/policies';
const NO_POLICY = `pl-${'0'.repeat(24)}`;

describe('the policies of tenants', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture(provider.flags);
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    for (const id of ['tn-a', 'tn-b']) {
      await admin(fixture, '/tenants', { body: { id, name: id } });
      for (const role of ['admin', 'operator']) {
        await admin(fixture, `/tenants/${id}/members/${id}-${role}`, { method: 'PUT', body: { role } });
      }
    }
    await eventually(async () => expect((await as('tn-b-operator', '/sandboxes')).status).to.equal(200));
  });
  afterEach(async () => {
    for (const { id } of items(await admin(fixture, '/policies'))) {
      await admin(fixture, `/policies/${id}`, { method: 'DELETE' });
    }
    for (const tenant of ['tn-a', 'tn-b']) {
      for (const { id } of policiesIn(await admin(fixture, `/tenants/${tenant}/policies`))) {
        await admin(fixture, `/tenants/${tenant}/policies/${id}`, { method: 'DELETE' });
      }
    }
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const as = (sub: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    callAs(fixture, provider.token({ sub, groups: ['operators'] }), path, options);
  /** As an administrator of tenant A. */
  const asA = (path: string, options: CallOptions = {}): Promise<Answer> =>
    as('tn-a-admin', `/admin${path}`, options);
  const policiesIn = ({ body }: Answer): readonly Json[] => body['policies'] as readonly Json[];
  const created = async (answer: Promise<Answer>): Promise<Json> => {
    const { status, body, text } = await answer;
    expect(status, text).to.equal(201);
    return (body['policy'] ?? body) as Json;
  };
  const outcome = ({ status, body }: Answer): readonly unknown[] => [status, body['reason']];
  const spawnAs = async (sub: string, image = 'test'): Promise<readonly unknown[]> =>
    outcome(await as(sub, '/sandboxes', { body: { provider: 'mock', image } }));
  const DENIED = [403, 'policy_denied'];
  const SPAWNED = [201, undefined];

  describe('managed by its own administrators', () => {
    it('are created, listed with the global ones, read, changed and deleted', async () => {
      const global = await created(admin(fixture, '/policies', { body: { ...DENY, pattern: 'busybox' } }));
      const answer = await asA(A, { body: { ...DENY, description: 'ours' } });
      const policy = await created(Promise.resolve(answer));
      expect(answer.headers.get('location')).to.equal(`/api/v1/admin${A}/${policy['id']}`);
      expect(policy).to.include({ tenant_id: 'tn-a', authority: 'tenant', priority: 10, source: 'store' });
      expect(policy['created_by']).to.match(/^oidc:/);

      expect(policiesIn(await asA(A)).map(({ id }) => id)).to.deep.equal([global['id'], policy['id']]);
      expect(policiesIn(await asA(`${A}?resource_type=network`))).to.deep.equal([]);
      expect((await asA(`${A}/${policy['id']}`)).body['policy']).to.deep.equal(policy);
      const { body } = await asA(`${A}/${policy['id']}`, { method: 'PATCH', body: { mode: 'warn' } });
      expect(body['policy']).to.include({ id: policy['id'], mode: 'warn', pattern: 'test' });
      const gone = await asA(`${A}/${policy['id']}`, { method: 'DELETE' });
      expect([gone.status, gone.text]).to.deep.equal([204, '']);
      expect(outcome(await asA(`${A}/${policy['id']}`))).to.deep.equal([404, 'policy_not_found']);
    });

    it('are none of the global ones, nor of another tenant', async () => {
      await created(asA(A, { body: DENY }));
      expect(items(await admin(fixture, '/policies'))).to.deep.equal([]);
      expect(policiesIn(await admin(fixture, '/tenants/tn-b/policies'))).to.deep.equal([]);
    });

    it('are changed in the audit of who did it, with the tenant in the resource', async () => {
      const headers = { 'X-Request-ID': 'tenant-policy' };
      const policy = await created(asA(A, { body: DENY, headers }));
      expect(await auditOf(fixture, 'tenant-policy')).to.include({
        action: 'policy.create',
        resource: `tenant:tn-a/policy:${policy['id']}`,
        outcome: 'success',
      });
    });

    it('are checked as global ones are', async () => {
      await created(asA(A, { body: DENY }));
      expect(outcome(await asA(A, { body: DENY }))).to.deep.equal([409, 'policy_exists']);
      expect(outcome(await asA(A, { body: { ...DENY, pattern: '[' } }))).to.deep.equal([
        400,
        'invalid_pattern',
      ]);
      expect(outcome(await asA(A, { body: { ...DENY, tenant_id: 'tn-b' } }))).to.deep.equal([
        400,
        'unknown_field',
      ]);
      expect(
        outcome(await asA(`${A}/${NO_POLICY}`, { method: 'PATCH', body: { mode: 'warn' } })),
      ).to.deep.equal([404, 'policy_not_found']);
    });
  });

  describe('of somebody else', () => {
    let globalId: string;
    let foreignId: string;
    beforeEach(async () => {
      globalId = String((await created(admin(fixture, '/policies', { body: DENY })))['id']);
      foreignId = String((await created(admin(fixture, '/tenants/tn-b/policies', { body: DENY })))['id']);
    });

    it('a global one is seen, and neither changed nor deleted through a tenant, by whomever', async () => {
      expect((await asA(`${A}/${globalId}`)).status).to.equal(200);
      for (const ask of [asA, (path: string, options: CallOptions) => admin(fixture, path, options)]) {
        for (const change of [{ method: 'PATCH', body: { mode: 'audit' } }, { method: 'DELETE' }]) {
          expect(outcome(await ask(`${A}/${globalId}`, change))).to.deep.equal([404, 'policy_not_found']);
        }
      }
      expect((await admin(fixture, `/policies/${globalId}`)).body).to.include({ mode: 'enforce' });
    });

    it('one of another tenant is as if it were not there, by its id and by its path', async () => {
      for (const change of [{}, { method: 'PATCH', body: { mode: 'audit' } }, { method: 'DELETE' }]) {
        expect(outcome(await asA(`${A}/${foreignId}`, change))).to.deep.equal([404, 'policy_not_found']);
        expect(outcome(await asA(`/tenants/tn-b/policies/${foreignId}`, change))).to.deep.equal([
          404,
          'tenant_not_found',
        ]);
        expect(outcome(await admin(fixture, `/policies/${foreignId}`, change))).to.deep.equal([
          404,
          'policy_not_found',
        ]);
      }
      expect(outcome(await asA('/tenants/tn-b/policies'))).to.deep.equal([404, 'tenant_not_found']);
      expect(outcome(await asA('/tenants/tn-b/policies', { body: DENY }))).to.deep.equal([
        404,
        'tenant_not_found',
      ]);
      expect(policiesIn(await admin(fixture, '/tenants/tn-b/policies'))).to.have.length(2);
    });

    it('there is none of a tenant that there is not', async () => {
      for (const body of [undefined, DENY]) {
        const answer = await admin(fixture, '/tenants/tn-none/policies', { body });
        expect(outcome(answer)).to.deep.equal([404, 'tenant_not_found']);
      }
    });

    it('members who are no administrators are refused, and so are global policies to those who are', async () => {
      expect(outcome(await as('tn-a-operator', `/admin${A}`))).to.deep.equal([403, 'missing_scope']);
      expect(outcome(await call(fixture, `/admin${A}`))).to.deep.equal([403, 'missing_scope']);
      for (const path of ['/policies', '/policies/evaluate']) {
        expect(outcome(await asA(path, { body: DENY }))).to.deep.equal([403, 'missing_scope']);
      }
    });
  });

  describe('at a spawn', () => {
    it('forbid more in their tenant, and nowhere else', async () => {
      const { id } = await created(asA(A, { body: DENY }));
      const answer = await as('tn-a-operator', '/sandboxes', { body: { provider: 'mock', image: 'test' } });
      expect(outcome(answer)).to.deep.equal(DENIED);
      expect(answer.body['message']).to.equal(`image "test" is not permitted by policy ${id}`);
      expect(await spawnAs('tn-b-operator')).to.deep.equal(SPAWNED);
      expect(await spawnAs('somebody')).to.deep.equal(SPAWNED);
      expect(await spawnAs('tn-a-operator', 'host')).to.deep.equal(SPAWNED);
    });

    it('hold for keys of the platform that act for the tenant, whatever the body says', async () => {
      await created(asA(A, { body: DENY }));
      const spawn = async (headers: Readonly<Record<string, string>>, more: Json = {}) =>
        outcome(
          await call(fixture, '/sandboxes', { body: { provider: 'mock', image: 'test', ...more }, headers }),
        );
      expect(await spawn({ 'X-Tenant-ID': 'tn-a' })).to.deep.equal(DENIED);
      expect(await spawn({ 'X-Tenant-ID': 'tn-a' }, { tenant_id: 'tn-b' })).to.deep.equal(DENIED);
      expect(await spawn({ 'X-Tenant-ID': 'tn-b' })).to.deep.equal(SPAWNED);
    });

    const widening: readonly (readonly [string, Json, Json])[] = [
      ['a global deny', { ...DENY, priority: 1_000_000 }, { ...ALLOW_ALL, priority: 0 }],
      ['an allow-list', { ...ALLOW_ALL, pattern: 'busybox' }, { ...ALLOW_ALL, priority: 0 }],
      [
        'a provider',
        { ...DENY, resource_type: 'provider', pattern: 'mock' },
        { ...ALLOW_ALL, resource_type: 'provider' },
      ],
      [
        'a network',
        { ...DENY, resource_type: 'network', pattern: 'none' },
        { ...ALLOW_ALL, resource_type: 'network' },
      ],
    ];
    for (const [name, global, own] of widening) {
      it(`never allow what the platform denies by ${name}, and evaluate says so`, async () => {
        await created(admin(fixture, '/policies', { body: global }));
        const { id } = await created(asA(A, { body: own }));
        expect(await spawnAs('tn-a-operator')).to.deep.equal(DENIED);
        const { body } = await admin(fixture, '/policies/evaluate', {
          body: { tenant_id: 'tn-a', provider: 'mock', image: 'test' },
        });
        expect(body['allowed']).to.equal(false);
        const answer = (body['answers'] as readonly Json[]).find(({ allowed }) => allowed === false);
        expect(answer).to.include({ authority: 'platform', resource_type: own['resource_type'] });
        const explained = ((answer as Json)['policies'] as readonly Json[]).find(
          (each) => each['policy_id'] === id,
        );
        expect(explained).to.include({ authority: 'tenant', outcome: 'cannot_allow' });
      });
    }

    it('are widened by an administrator of the platform, with a priority below 0', async () => {
      await created(admin(fixture, '/policies', { body: DENY }));
      await created(admin(fixture, A, { body: { ...ALLOW_ALL, pattern: 'test', priority: -1 } }));
      expect(await spawnAs('tn-a-operator')).to.deep.equal(SPAWNED);
      expect(await spawnAs('tn-b-operator')).to.deep.equal(DENIED);
    });

    it('hold on another control plane within two seconds', async () => {
      const other = await fixture.beside(provider.flags);
      await created(asA(A, { body: DENY }));
      await eventually(async () => {
        const headers = { 'X-Tenant-ID': 'tn-a' };
        const answer = await call(other, '/sandboxes', {
          body: { provider: 'mock', image: 'test' },
          headers,
        });
        expect(outcome(answer)).to.deep.equal(DENIED);
      });
    });
  });

  describe('below priority 0', () => {
    const RESERVED = [403, 'policy_reserved'];

    it('are not for a tenant to create', async () => {
      expect(outcome(await asA(A, { body: { ...ALLOW_ALL, priority: -1 } }))).to.deep.equal(RESERVED);
      expect(policiesIn(await asA(A))).to.deep.equal([]);
    });

    it('are not for a tenant to reach by a change', async () => {
      const { id } = await created(asA(A, { body: ALLOW_ALL }));
      const change = { method: 'PATCH', body: { priority: -1 } };
      expect(outcome(await asA(`${A}/${id}`, change))).to.deep.equal(RESERVED);
      expect(outcome(await admin(fixture, `${A}/${id}`, change))).to.deep.equal([400, 'invalid_request']);
    });

    it('are not for a tenant to change, take over or remove', async () => {
      const { id } = await created(admin(fixture, A, { body: { ...DENY, priority: -5 } }));
      for (const body of [{ mode: 'audit' }, { priority: 5 }, { effect: 'allow', pattern: '**' }]) {
        expect(outcome(await asA(`${A}/${id}`, { method: 'PATCH', body }))).to.deep.equal(RESERVED);
      }
      expect(outcome(await asA(`${A}/${id}`, { method: 'DELETE' }))).to.deep.equal(RESERVED);
      expect((await asA(`${A}/${id}`)).body['policy']).to.include({ authority: 'platform', priority: -5 });
      const answer = await admin(fixture, `${A}/${id}`, { method: 'PATCH', body: { priority: -6 } });
      expect(answer.body['policy']).to.include({ priority: -6 });
    });
  });

  it('are not evaluated for a tenant that there is not', async () => {
    const answer = await admin(fixture, '/policies/evaluate', { body: { tenant_id: 'tn-none' } });
    expect(outcome(answer)).to.deep.equal([404, 'tenant_not_found']);
  });
});
