import { expect } from 'chai';
import { admin, auditOf } from './admin-calls.js';
import { type Answer, type CallOptions, call, callAs, type Json } from './api-calls.js';
import { type OidcProvider, startOidcProvider } from './callers/oidc-provider.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('boundaries of tenants', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture(provider.flags);
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    for (const id of ['tn-a', 'tn-b']) await found(id);
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const as = (sub: string, path: string, options: CallOptions = {}, claims: Json = {}): Promise<Answer> =>
    callAs(fixture, provider.token({ sub, groups: ['operators'], ...claims }), path, options);
  /** Makes a tenant with an administrator, `<id>-boss`. */
  async function found(id: string): Promise<void> {
    expect((await admin(fixture, '/tenants', { body: { id, name: id } })).status).to.equal(201);
    await admin(fixture, `/tenants/${id}/members/${id}-boss`, { method: 'PUT', body: { role: 'admin' } });
    await eventually(async () => expect((await as(`${id}-boss`, '/sandboxes')).status).to.equal(200));
  }

  it('an administrator leaves traces in the tenant it changes, not in the one it names in a header', async () => {
    const requestId = 'change-of-a';
    const { status } = await admin(fixture, '/tenants/tn-a/members/mallory', {
      method: 'PUT',
      body: { role: 'viewer' },
      headers: { 'X-Tenant-ID': 'tn-b', 'X-Request-ID': requestId },
    });
    expect(status).to.equal(200);
    expect(await auditOf(fixture, requestId)).to.include({ tenant: 'tn-a', action: 'tenant_member.set' });
    const ofB = await as('tn-b-boss', '/admin/tenants/tn-b/audit?limit=500');
    expect(ofB.status).to.equal(200);
    expect(ofB.text).not.to.contain('mallory');
  });

  describe('an owner of a sandbox', () => {
    const spawn = (options: CallOptions, claims: Json = {}): Promise<Answer> =>
      as(
        'tn-a-boss',
        '/sandboxes',
        { ...options, body: { provider: 'mock', ...(options.body as Json | undefined) } },
        claims,
      );
    const others: ReadonlyArray<readonly [string, CallOptions]> = [
      ['in the header', { headers: { 'X-User-ID': 'oidc:victim' } }],
      ['in the body', { body: { owner_id: 'oidc:victim' } }],
    ];
    for (const [where, options] of others) {
      it(`cannot be somebody else whom a person names ${where}`, async () => {
        const { status, body, text } = await spawn(options);
        expect([status, body['reason']], text).to.deep.equal([403, 'owner_not_caller']);
        const { items } = await fixture.store.sandboxes.list({ limit: 1000 });
        expect(items.filter(({ ownerId }) => ownerId === 'oidc:victim')).to.deep.equal([]);
      });
    }

    for (const name of ['tn-a-boss', 'oidc:tn-a-boss']) {
      it(`is the person who names itself ${name}`, async () => {
        const { status, body, text } = await spawn({ headers: { 'X-User-ID': name } });
        expect([status, body['owner_id']], text).to.deep.equal([201, 'oidc:tn-a-boss']);
      });
    }

    it('is whom a key of the platform names, which acts for many', async () => {
      const headers = { 'X-Tenant-ID': 'tn-a', 'X-User-ID': 'ada' };
      const { status, body } = await call(fixture, '/sandboxes', { headers, body: { provider: 'mock' } });
      expect([status, body['owner_id']]).to.deep.equal([201, 'ada']);
    });
  });

  describe('a tenant with the id of one that was deleted', () => {
    before(async () => {
      await found('tn-again');
      const spawned = await as('tn-again-boss', '/sandboxes', { body: { provider: 'mock' } });
      expect(spawned.status, spawned.text).to.equal(201);
      await admin(fixture, '/tenants/tn-again/members/predecessor', {
        method: 'PUT',
        body: { role: 'viewer' },
      });
      const removed = await admin(fixture, '/tenants/tn-again?cascade=true', { method: 'DELETE' });
      expect(removed.status, removed.text).to.equal(204);
      await found('tn-again');
    });

    it('does not hear what happened to the sandboxes of its predecessor', async () => {
      const { status, text } = await as('tn-again-boss', '/events?follow=false');
      expect(status).to.equal(200);
      expect(text).not.to.contain('sandbox_id');
    });

    it('does not read the audit of its predecessor', async () => {
      const path = '/admin/tenants/tn-again/audit';
      for (const query of ['', '?format=ndjson', '?format=csv', '?since=2020-01-01T00%3A00%3A00Z']) {
        const { status, text } = await as('tn-again-boss', `${path}${query}`);
        expect(status, text).to.equal(200);
        expect(text).not.to.contain('predecessor');
        expect(text).to.contain('tn-again-boss');
      }
      const chain = await as('tn-again-boss', `${path}/chain`);
      expect([chain.status, chain.body['reason']]).to.deep.equal([403, 'audit_of_predecessor']);
    });

    it('leaves its whole audit to administrators of the platform', async () => {
      const list = await admin(fixture, '/tenants/tn-again/audit?limit=500');
      expect(list.text).to.contain('predecessor');
      const chain = await admin(fixture, '/tenants/tn-again/audit/chain');
      expect(chain.status).to.equal(200);
      expect(chain.text).to.contain('predecessor');
    });
  });
});
