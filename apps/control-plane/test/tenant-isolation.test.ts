import { listOperations } from '@stacyvm/api';
import { expect } from 'chai';
import { admin } from './admin-calls.js';
import { type Answer, type CallOptions, call, callAs, type Json } from './api-calls.js';
import { type OidcProvider, startOidcProvider } from './callers/oidc-provider.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

const FILE = '/workspace/secret.txt';

/** What the audit of tenant A has about a sandbox. */
const intentsInA = (id: string) =>
  ({ tenant: 'tn-a', resource: `sandbox:${id}`, phase: 'intent', limit: 1000 }) as const;

describe('tenants on one fleet', () => {
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
      await admin(fixture, `/tenants/${id}/members/${id}-ops`, { method: 'PUT', body: { role: 'operator' } });
      await admin(fixture, `/tenants/${id}/members/${id}-eye`, { method: 'PUT', body: { role: 'viewer' } });
    }
    await eventually(async () => expect((await as('tn-b-ops', '/sandboxes')).status).to.equal(200));
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const as = (sub: string, path: string, options: CallOptions = {}, claims: Json = {}): Promise<Answer> =>
    callAs(fixture, provider.token({ sub, groups: ['operators'], ...claims }), path, options);
  const spawnAs = async (sub: string): Promise<string> => {
    const { status, body, text } = await as(sub, '/sandboxes', { body: { provider: 'mock' } });
    expect(status, text).to.equal(201);
    return String(body['id']);
  };
  const listedBy = async (answer: Promise<Answer>): Promise<readonly unknown[]> =>
    (JSON.parse((await answer).text) as Json[]).map(({ id }) => id);

  it('stamps what is spawned with the tenant of the caller, whatever the body says', async () => {
    const { body } = await as('tn-a-ops', '/sandboxes', {
      body: { provider: 'mock', tenant_id: 'tn-b', metadata: { tenant_id: 'tn-b' } },
    });
    expect(body['tenant_id']).to.equal('tn-a');
    expect((await fixture.store.sandboxes.get(String(body['id'])))?.tenantId).to.equal('tn-a');
  });

  it('lists to each its own, to those of no tenant what is of none, and to administrators all', async () => {
    const [a, b] = [await spawnAs('tn-a-ops'), await spawnAs('tn-b-ops')];
    const none = String((await call(fixture, '/sandboxes', { body: { provider: 'mock' } })).body['id']);
    const seen = {
      a: await listedBy(as('tn-a-eye', '/sandboxes')),
      none: await listedBy(call(fixture, '/sandboxes')),
      chosen: await listedBy(call(fixture, '/sandboxes', { headers: { 'X-Tenant-ID': 'tn-b' } })),
      stranger: await listedBy(as('somebody', '/sandboxes')),
      all: await listedBy(call(fixture, '/sandboxes', { key: fixture.adminKey })),
    };
    expect(seen.a).to.include(a).and.not.include.members([b]).and.not.include.members([none]);
    expect(seen.none).to.include(none).and.not.include.members([a]).and.not.include.members([b]);
    expect(seen.stranger).to.deep.equal(seen.none);
    expect(seen.chosen).to.include(b).and.not.include.members([a]).and.not.include.members([none]);
    expect(seen.all).to.include.members([a, b, none]);
  });

  const bodies: Readonly<Record<string, CallOptions & { readonly query?: string }>> = {
    execInSandbox: { body: { command: 'id' } },
    extendSandbox: { body: { ttl: '1h' } },
    getSandboxLogs: {},
    readFile: { query: `?path=${FILE}` },
    uploadFile: {
      query: `?path=${FILE}`,
      body: 'x',
      headers: { 'Content-Type': 'application/octet-stream' },
    },
    writeFile: { body: { path: FILE, content: 'x' } },
    deleteFile: { query: `?path=${FILE}` },
    listFiles: { query: '?path=/' },
    statFile: { query: `?path=${FILE}` },
    globFiles: { query: '?pattern=/workspace/*' },
    moveFile: { body: { old_path: FILE, new_path: '/workspace/b' } },
    chmodFile: { body: { path: FILE, mode: '0777' } },
  };
  const operations = listOperations().filter(
    ({ path, servedBy }) => path.startsWith('/sandboxes/{id}') && servedBy === 'control-plane',
  );

  describe('with the id of a sandbox of tenant A', () => {
    let id: string;
    before(async () => {
      id = await spawnAs('tn-a-ops');
      const { status } = await as('tn-a-ops', `/sandboxes/${id}/files`, {
        method: 'POST',
        body: { path: FILE, content: 'of A' },
      });
      expect(status).to.equal(200);
    });

    const strangers = {
      'tenant B': (path: string, options: CallOptions) => as('tn-b-ops', path, options),
      'a caller of no tenant': (path: string, options: CallOptions) => as('somebody', path, options),
      'a key of the platform': (path: string, options: CallOptions) => call(fixture, path, options),
      'tenant B by claim': (path: string, options: CallOptions) =>
        as('somebody', path, options, { tenant_id: 'tn-b' }),
      'a key of the platform that chose B': (path: string, options: CallOptions) =>
        call(fixture, path, { ...options, headers: { ...options.headers, 'X-Tenant-ID': 'tn-b' } }),
    };
    for (const operation of operations) {
      it(`${operation.id} answers others as if it were not there, and leaves no trace`, async () => {
        const { query = '', ...options } = bodies[operation.id] ?? {};
        // When reconciliation looked at it last is its own business.
        const record = async () => ({ ...(await fixture.store.sandboxes.get(id)), checkedAt: undefined });
        const sandbox = await record();
        const lease = await fixture.store.leases.get(id);
        const intents = async () => (await fixture.store.audit.list(intentsInA(id))).items.length;
        const before = await intents();
        for (const [who, ask] of Object.entries(strangers)) {
          const answers: unknown[] = [];
          for (const target of [id, 'sb-000000000000000000000000']) {
            const path = operation.path.replace('{id}', target) + query;
            const answer = await ask(path, { ...options, method: operation.method.toUpperCase() });
            answers.push([answer.status, answer.body['reason']]);
            expect(answer.text).not.to.contain('of A');
          }
          // There is no telling them apart.
          expect(answers, who).to.deep.equal([
            [404, 'sandbox_not_found'],
            [404, 'sandbox_not_found'],
          ]);
        }
        expect(await record()).to.deep.equal(sandbox);
        expect(await fixture.store.leases.get(id)).to.deep.equal(lease);
        expect((await fixture.store.execLogs.listBySandbox(id)).items).to.deep.equal([]);
        // What strangers ask for is in their own chains.
        expect(await intents()).to.equal(before);
      });
    }

    it('lets its own in, by membership and by choice, as far as their role goes', async () => {
      const read = `/sandboxes/${id}/files?path=${FILE}`;
      expect((await as('tn-a-eye', read)).text).to.equal('of A');
      expect((await call(fixture, read, { headers: { 'X-Tenant-ID': 'tn-a' } })).text).to.equal('of A');
      expect((await call(fixture, read, { key: fixture.adminKey })).text).to.equal('of A');
      const exec = await as('tn-a-eye', `/sandboxes/${id}/exec`, { body: { command: 'id' } });
      expect([exec.status, exec.body['reason']]).to.deep.equal([403, 'missing_scope']);
      const fromB = await as('tn-b-ops', read, { headers: { 'X-Tenant-ID': 'tn-a' } });
      expect([fromB.status, fromB.body['reason']]).to.deep.equal([404, 'tenant_not_found']);
    });
  });

  it('knows every operation on a sandbox', () => {
    expect(operations.map(({ id }) => id).filter((id) => !(id in bodies))).to.have.members([
      'getSandbox',
      'destroySandbox',
    ]);
  });

  it('takes a changed membership in on every control plane within two seconds', async () => {
    const other = await fixture.beside();
    const askBeside = () =>
      call(other, '/sandboxes', {
        key: null,
        headers: {
          Authorization: `Bearer ${provider.token({ sub: 'new', groups: ['viewers'] })}`,
          'X-Tenant-ID': 'tn-a',
        },
      });
    expect((await askBeside()).status).to.equal(404);
    await admin(fixture, '/tenants/tn-a/members/new', { method: 'PUT', body: { role: 'viewer' } });
    const since = performance.now();
    await eventually(async () => expect((await askBeside()).status).to.equal(200));
    await admin(fixture, '/tenants/tn-a/members/new', { method: 'DELETE' });
    await eventually(async () => expect((await askBeside()).status).to.equal(404));
    expect(performance.now() - since).to.be.below(4_500);
  });
});
