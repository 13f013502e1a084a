import {
  type AuditRecord,
  generateSigningKey,
  parseExportLine,
  readPublicKey,
  readSigningKey,
  verifyExport,
} from '@stacyvm/audit';
import { auditRecordOf } from '@stacyvm/store';
import { expect } from 'chai';
import pg from 'pg';
import { admin, items } from '../admin-calls.js';
import { type Answer, type CallOptions, call, callAs, type Json } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('the routes of the audit', () => {
  const pem = generateSigningKey();
  const keys = [readPublicKey(readSigningKey(pem).publicKeyPem)];
  let provider: OidcProvider;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture({
      ...provider.flags,
      'audit.signing_key': pem,
      'audit.checkpoint_interval': '1s',
    });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    for (const id of ['tn-a', 'tn-b']) {
      await admin(fixture, '/tenants', { body: { id, name: id } });
      await admin(fixture, `/tenants/${id}/members/${id}-boss`, { method: 'PUT', body: { role: 'admin' } });
    }
    await eventually(async () => expect((await as('tn-a-boss', '/sandboxes')).status).to.equal(200));
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  const as = (sub: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    callAs(fixture, provider.token({ sub, groups: ['operators'] }), path, options);
  const recordsOf = ({ text }: Answer): AuditRecord[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map(parseExportLine)
      .filter((line) => !('statement' in line)) as AuditRecord[];
  const verified = ({ text }: Answer) => verifyExport(text.trimEnd().split('\n'), { keys });
  /** What the audit says of a request, the oldest first, once it has ended. */
  const said = (requestId: string, atLeast: number): Promise<readonly string[]> =>
    eventually(async () => {
      const { items: events } = await fixture.store.audit.list({ requestId });
      expect(events.length).to.be.at.least(atLeast);
      return events
        .map(
          ({ tenant, category, action, phase, outcome, reason, resource }) =>
            `${tenant} ${category} ${action} ${phase === 'intent' ? 'intent' : outcome} ${reason} ${resource}`,
        )
        .reverse();
    });
  const id24 = /sb-[0-9a-f]{24}/g;

  it('tell of a spawn: the intent, what the policies said, and the outcome, in the chain of its tenant', async () => {
    const headers = { 'X-Request-ID': 'spawn-1' };
    const { body } = await as('tn-a-boss', '/sandboxes', { body: { provider: 'mock' }, headers });
    const events = await said('spawn-1', 3);
    expect(events.map((each) => each.replace(id24, 'SB'))).to.deep.equal([
      'tn-a operation sandbox.spawn intent  ',
      'tn-a policy policy.decide success  image:host',
      'tn-a operation sandbox.spawn success  sandbox:SB',
    ]);
    expect(events[2]).to.contain(String(body['id']));
    const [decision] = (await fixture.store.audit.list({ requestId: 'spawn-1', category: 'policy' })).items;
    expect(decision?.detail).to.include({ image: 'host', provider: 'mock', tenant: 'tn-a', allowed: true });
    expect(decision?.detail).to.have.keys(
      'image',
      'provider',
      'network',
      'tenant',
      'policy_version',
      'allowed',
      'rules',
      'decisions',
    );
    expect(decision).to.include({ actorId: 'oidc:tn-a-boss', actorKind: 'oidc', sourceAddress: '127.0.0.1' });
    expect((await fixture.store.audit.list({ requestId: 'spawn-1', status: 201 })).items[0]).to.include({
      method: 'POST',
      path: '/api/v1/sandboxes',
    });
  });

  it('tell of exec, of files and of what is destroyed, without contents', async () => {
    const { body } = await call(fixture, '/sandboxes', { body: { provider: 'mock' } });
    const id = String(body['id']);
    const ask = (requestId: string, path: string, options: CallOptions) =>
      call(fixture, `/sandboxes/${id}${path}`, { ...options, headers: { 'X-Request-ID': requestId } });
    await ask('exec-1', '/exec', { body: { command: 'exit 3' } });
    await ask('exec-2', '/exec', { body: { command: 'exit 4', stream: true, exit_record: true } });
    await ask('write-1', '/files', { method: 'POST', body: { path: 'a.txt', content: 'a secret of files' } });
    await ask('read-1', '/files?path=a.txt', {});
    await ask('remove-1', '/files?path=not-there', { method: 'DELETE' });
    await ask('destroy-1', '', { method: 'DELETE' });
    const ends = async (requestId: string) =>
      (await said(requestId, 2)).map((each) => each.replace(id, 'SB'));
    expect(await ends('write-1')).to.deep.equal([
      ' operation file.write intent  sandbox:SB',
      ' operation file.write success  sandbox:SB',
    ]);
    expect((await ends('read-1'))[1]).to.equal(' operation file.read success  sandbox:SB');
    expect((await ends('remove-1'))[1]).to.match(/^ operation file.delete failure \w+ sandbox:SB$/);
    expect((await ends('destroy-1'))[1]).to.equal(' operation sandbox.destroy success  sandbox:SB');
    for (const requestId of ['exec-1', 'exec-2']) {
      await ends(requestId);
      const [outcome] = (await fixture.store.audit.list({ requestId })).items;
      expect(outcome?.detail, requestId).to.have.property('exit_code');
    }
    const { items: all } = await fixture.store.audit.list({ resource: `sandbox:${id}` });
    expect(JSON.stringify(all)).not.to.contain('a secret of files');
  });

  it('tell of denials that change nothing, as of those that would', async () => {
    await call(fixture, '/sandboxes', { key: null, headers: { 'X-Request-ID': 'denied-1' } });
    await call(fixture, '/sandboxes', { key: null, body: {}, headers: { 'X-Request-ID': 'denied-2' } });
    await as('nobody', '/admin/worker-keys', { headers: { 'X-Request-ID': 'denied-3' } });
    expect(await said('denied-1', 1)).to.deep.equal([
      ' authentication api.call denied api_key_missing operation:listSandboxes',
    ]);
    expect(await said('denied-2', 1)).to.deep.equal([
      ' authentication sandbox.spawn denied api_key_missing operation:spawnSandbox',
    ]);
    expect(await said('denied-3', 1)).to.deep.equal([
      ' admin worker_key.list denied missing_scope operation:getWorkerKeys',
    ]);
    const deny = { resource_type: 'image', effect: 'deny', pattern: 'alpine' };
    const { body } = await admin(fixture, '/policies', { body: deny });
    await call(fixture, '/sandboxes', {
      body: { provider: 'mock', image: 'alpine' },
      headers: { 'X-Request-ID': 'denied-4' },
    });
    expect((await said('denied-4', 3)).slice(1)).to.have.members([
      ' policy policy.decide denied policy_denied image:alpine',
      ' operation sandbox.spawn denied policy_denied ',
    ]);
    const [decision] = (await fixture.store.audit.list({ requestId: 'denied-4', category: 'policy' })).items;
    expect(decision?.detail).to.deep.include({ allowed: false, rules: [body['id']] });
    await admin(fixture, `/policies/${body['id']}`, { method: 'DELETE' });
  });

  it('list by page and by filter, with the names of the reference', async () => {
    const requestId = 'listed-1';
    await admin(fixture, '/worker-keys', { headers: { 'X-Request-ID': requestId, 'User-Agent': 'probe/1' } });
    const [event] = items(await admin(fixture, '/audit?action=worker_key.list&outcome=success&limit=1'));
    expect(event).to.include({
      method: 'GET',
      path: '/api/v1/admin/worker-keys',
      remote_addr: '127.0.0.1',
      user_agent: 'probe/1',
      tenant_id: '',
      request_id: requestId,
      category: 'admin',
    });
    expect(event?.['actor']).to.match(/^admin:/);
    const first = await admin(fixture, '/audit?limit=2');
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const second = await admin(fixture, `/audit?limit=2&cursor=${cursor}`);
    const ids = [...items(first), ...items(second)].map((each) => Number(each['id']));
    expect(new Set(ids).size).to.equal(4);
    const filters: Readonly<Record<string, (event: Json) => boolean>> = {
      'tenant_id=tn-a': (each) => each['tenant_id'] === 'tn-a',
      'tenant_id=': (each) => each['tenant_id'] === '',
      'status=401': (each) => each['status'] === 401,
      'method=post': (each) => each['method'] === 'POST',
      'path=tenants': (each) => String(each['path']).includes('tenants'),
      'category=policy': (each) => each['category'] === 'policy',
      [`since=${encodeURIComponent(String(event?.['created_at']))}`]: (each) =>
        String(each['created_at']) >= String(event?.['created_at']),
      [`until=${encodeURIComponent(String(event?.['created_at']))}`]: (each) =>
        String(each['created_at']) < String(event?.['created_at']),
    };
    for (const [query, holds] of Object.entries(filters)) {
      const listed = items(await admin(fixture, `/audit?${query}&limit=500`));
      expect(listed.length, query).to.be.above(0);
      expect(
        listed.filter((each) => !holds(each)),
        query,
      ).to.deep.equal([]);
    }
    for (const query of [
      'limit=0',
      'status=0',
      'since=yesterday',
      'format=xml',
      'cursor=x',
      'since=2030-01-01',
    ]) {
      expect((await admin(fixture, `/audit?${query}`)).status, query).to.equal(400);
    }
  });

  it('send everything that matches as NDJSON and CSV', async () => {
    const query = 'action=tenant.create&tenant_id=';
    const ndjson = await admin(fixture, `/audit?${query}&format=ndjson&limit=1`);
    expect(ndjson.headers.get('content-type')).to.equal('application/x-ndjson');
    const { items: events } = await fixture.store.audit.list({ action: 'tenant.create', tenant: '' });
    expect(events).to.have.length(4);
    expect(recordsOf(ndjson)).to.deep.equal(events.map(auditRecordOf));
    const csv = await admin(fixture, `/audit?${query}&format=csv`);
    expect(csv.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).to.equal('attachment; filename="stacyvm-admin-audit.csv"');
    const [heading, ...rows] = csv.text.split('\r\n');
    expect(heading).to.match(
      /^id,created_at,actor,method,path,status,duration_ms,request_id,remote_addr,user_agent,/,
    );
    expect(rows).to.have.length(5);
    expect(rows[0]?.split(',')[0]).to.equal(String(events[0]?.id));
    const last = (await fixture.store.audit.list({ action: 'audit.list', limit: 1 })).items[0];
    expect(last?.detail).to.deep.equal({ format: 'csv', action: 'tenant.create', tenant_id: '' });
  });

  it('export chains that verify, with signed checkpoints, and show what was tampered with', async () => {
    await eventually(async () => {
      const chains = items(await admin(fixture, '/audit/chains'));
      expect(chains.map(({ tenant_id: tenant }) => tenant)).to.include.members(['', 'tn-a']);
      expect(chains.find(({ tenant_id: tenant }) => tenant === 'tn-a')?.['checkpoint_sequence']).to.be.above(
        0,
      );
    });
    const { body: key } = await admin(fixture, '/audit/key');
    expect(key).to.deep.equal({
      key_id: keys[0]?.keyId,
      algorithm: 'Ed25519',
      public_key: keys[0]?.publicKeyPem,
    });
    for (const path of ['/audit/chain', '/audit/chain?tenant_id=tn-a', '/tenants/tn-a/audit/chain']) {
      const report = await verified(await admin(fixture, path));
      expect(report.problems, path).to.deep.equal([]);
      expect(report.chains[0]?.signatures, path).to.be.at.least(2);
    }
    const superuser = new pg.Client({ connectionString: fixture.database.dsn });
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    const change = (text: string) =>
      superuser.query(`update audit_events set actor_id = ${text} where tenant = 'tn-a' and sequence = 2`);
    await change(`actor_id || 'x'`);
    const { problems } = await verified(await admin(fixture, '/audit/chain?tenant_id=tn-a'));
    expect(problems.map(({ code, sequence }) => [code, sequence])).to.deep.equal([['changed', 2]]);
    await change(`left(actor_id, -1)`);
    await superuser.end();
    expect((await verified(await admin(fixture, '/audit/chain?tenant_id=tn-a'))).intact).to.equal(true);
  });

  it('show to the administrator of a tenant its own, in the shape of the reference, and nothing else', async () => {
    const own = await as('tn-a-boss', '/admin/tenants/tn-a/audit?limit=500');
    expect(own.status, own.text).to.equal(200);
    const { admin_audit, op_audit, tenant_id, exported_at } = own.body as Record<string, Json[]>;
    expect(tenant_id).to.equal('tn-a');
    expect(Date.parse(String(exported_at))).to.be.above(0);
    expect(
      admin_audit!.every((each) => each['tenant_id'] === 'tn-a' && each['category'] === 'admin'),
    ).to.equal(true);
    const spawned = op_audit!.find(
      ({ action, status }) => action === 'sandbox.spawn' && status === 'success',
    );
    expect(spawned?.['sandbox_id']).to.match(/^sb-/);
    expect(spawned).to.include({ tenant_id: 'tn-a', actor: 'oidc:tn-a-boss' });
    expect(await verified(await as('tn-a-boss', '/admin/tenants/tn-a/audit/chain'))).to.include({
      intact: true,
    });
    const ndjson = await as('tn-a-boss', '/admin/tenants/tn-a/audit?format=ndjson');
    expect(recordsOf(ndjson).every(({ tenant }) => tenant === 'tn-a')).to.equal(true);
    for (const path of ['/admin/tenants/tn-a/audit', '/admin/tenants/tn-a/audit/chain']) {
      expect((await as('tn-b-boss', path)).status, path).to.equal(404);
      expect((await as('nobody', path)).status, path).to.equal(404);
      expect((await admin(fixture, path.slice('/admin'.length).replace('tn-a', 'tn-none'))).status).to.equal(
        404,
      );
    }
    for (const path of [
      '/admin/audit',
      '/admin/audit/chain?tenant_id=tn-a',
      '/admin/audit/chains',
      '/admin/audit/key',
    ]) {
      expect((await as('tn-a-boss', path)).status, path).to.equal(403);
    }
  });
});
