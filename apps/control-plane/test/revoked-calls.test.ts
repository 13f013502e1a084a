import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { mintApiKey } from '@stacyvm/auth';
import { expect } from 'chai';
import { admin, auditOf } from './admin-calls.js';
import { call, type Json, ndjson, open, spawnSandbox } from './api-calls.js';
import { type OidcProvider, startOidcProvider } from './callers/oidc-provider.js';
import { type Fixture, secret, settingsFor, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

type Headers = Readonly<Record<string, string>>;

/** What is promised: from the revocation at one control plane to the end of the call at another. */
const WITHIN_MS = 2_000;

describe('a call whose caller may not have it any more', () => {
  let fixture: Fixture;
  let other: Awaited<ReturnType<Fixture['beside']>>;
  let worker: WorkerProcess;
  let provider: OidcProvider;
  let sandbox: string;
  let sandboxOfTenant: string;
  let calls = 0;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture({
      ...provider.flags,
      'defaults.max_sandboxes_per_owner': 1,
      'defaults.spawn_overflow': 'queue',
    });
    other = await fixture.beside();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    for (const id of ['tn-a', 'tn-b']) await fixture.store.tenants.create({ id, name: id });
    sandbox = await spawnSandbox(fixture, { provider: 'bubblewrap' });
    const ofTenant = await call(fixture, '/sandboxes', {
      body: { provider: 'bubblewrap' },
      headers: { 'X-Tenant-ID': 'tn-a' },
    });
    sandboxOfTenant = String(ofTenant.body['id']);
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await provider?.stop();
  });

  async function newKey(role = 'api'): Promise<{ readonly id: string; readonly headers: Headers }> {
    const { body } = await admin(fixture, '/api-keys', { body: { name: 'a test', role } });
    return { id: String(body['id']), headers: { 'X-API-Key': String(body['key']) } };
  }
  const bearer = (claims: Json): Headers => ({
    Authorization: `Bearer ${provider.token({ groups: ['operators'], ...claims })}`,
  });
  const member = (userId: string, role: 'viewer' | 'operator', tenantId = 'tn-a') =>
    fixture.store.tenantMembers.set({ tenantId, userId, role });
  const revokeBearers = (what: Json) =>
    admin(fixture, '/auth/revocations', { body: { reason: 'a test', ...what } });

  /** A program that runs until it is ended, at the other control plane, and has begun to. */
  async function startProgram(headers: Headers, id = sandbox, body: Json = {}) {
    calls += 1;
    const requestId = `call-${calls}`;
    const seconds = `1000.${calls}`;
    const answer = open(other, `/sandboxes/${id}/exec`, {
      key: null,
      headers: { ...headers, 'X-Request-ID': requestId },
      body: { command: `echo started; sleep ${seconds}`, stream: true, exit_record: true, ...body },
    });
    const text = answer.then((response) => response.text());
    text.catch(() => undefined);
    await eventually(async () => expect(await runs(seconds, id)).to.equal(true));
    return { requestId, text, isRunning: () => runs(seconds, id) };
  }

  /** Whether there is a program in the sandbox that sleeps for so long. */
  async function runs(seconds: string, id: string): Promise<boolean> {
    const pattern = `[s]leep ${seconds.replace('.', '\\.')}`;
    const { body } = await call(fixture, `/sandboxes/${id}/exec`, {
      key: fixture.adminKey,
      body: {
        mode: 'argv',
        command: 'sh',
        args: ['-c', `cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -q "${pattern}"`],
      },
    });
    return body['exit_code'] === 0;
  }

  async function timed<T>(change: () => Promise<unknown>, end: Promise<T>): Promise<T> {
    const since = performance.now();
    await change();
    const ended = await end;
    expect(performance.now() - since, 'milliseconds').to.be.below(WITHIN_MS);
    return ended;
  }

  interface Loss {
    readonly name: string;
    readonly refusal: string;
    readonly code?: string;
    readonly inTenant?: boolean;
    readonly prepare: () => Promise<{ readonly headers: Headers; readonly lose: () => Promise<unknown> }>;
  }
  const losses: readonly Loss[] = [
    {
      name: 'a key that is revoked',
      refusal: 'api_key_revoked',
      async prepare() {
        const { id, headers } = await newKey();
        return { headers, lose: () => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }) };
      },
    },
    {
      name: 'a key of a tenant that is revoked',
      refusal: 'api_key_revoked',
      inTenant: true,
      async prepare() {
        const path = '/tenants/tn-a/api-keys';
        const { body } = await admin(fixture, path, { body: { name: 'a test', role: 'api' } });
        const lose = () => admin(fixture, `${path}/${body['id']}`, { method: 'DELETE' });
        return { headers: { 'X-API-Key': String(body['key']) }, lose };
      },
    },
    {
      name: 'a token that is revoked by its subject',
      refusal: 'bearer_revoked',
      async prepare() {
        const iat = Math.floor(Date.now() / 1000) - 30;
        return { headers: bearer({ sub: 'sue', iat }), lose: () => revokeBearers({ subject: 'sue' }) };
      },
    },
    {
      name: 'a token that is revoked by its session',
      refusal: 'bearer_revoked',
      prepare: async () => ({
        headers: bearer({ sid: 's-1' }),
        lose: () => revokeBearers({ session_id: 's-1' }),
      }),
    },
    {
      name: 'a token that is revoked by its id',
      refusal: 'bearer_revoked',
      prepare: async () => ({
        headers: bearer({ jti: 'j-1' }),
        lose: () => revokeBearers({ token_id: 'j-1' }),
      }),
    },
    {
      name: 'a person who signs out at the issuer',
      refusal: 'bearer_revoked',
      prepare: async () => ({
        headers: bearer({ sid: 's-2' }),
        lose: () =>
          fetch(`${fixture.url}/api/v1/auth/backchannel-logout`, {
            method: 'POST',
            body: new URLSearchParams({ logout_token: provider.logoutToken({ sid: 's-2' }) }),
          }),
      }),
    },
    {
      name: 'a member who is removed',
      refusal: 'tenant_not_found',
      code: 'FORBIDDEN',
      inTenant: true,
      async prepare() {
        await member('rob', 'operator');
        const lose = () => fixture.store.tenantMembers.remove('tn-a', 'rob');
        return { headers: bearer({ sub: 'rob' }), lose };
      },
    },
    {
      name: 'a member whose role does not suffice any more',
      refusal: 'missing_scope',
      code: 'FORBIDDEN',
      inTenant: true,
      async prepare() {
        await member('ron', 'operator');
        return { headers: bearer({ sub: 'ron' }), lose: () => member('ron', 'viewer') };
      },
    },
  ];
  for (const { name, refusal, prepare, code = 'UNAUTHORIZED', inTenant = false } of losses) {
    it(`ends, with its program: ${name}`, async () => {
      const { headers, lose } = await prepare();
      const program = await startProgram(headers, inTenant ? sandboxOfTenant : sandbox);
      const [started, last, ...more] = ndjson(await timed(lose, program.text));
      expect(started).to.deep.equal({ stream: 'stdout', data: 'started\n' });
      expect(last?.['error']).to.include({
        code,
        reason: 'credential_revoked',
        request_id: program.requestId,
      });
      expect(more).to.deep.equal([]);
      await eventually(async () => expect(await program.isRunning()).to.equal(false));
      const outcome = await auditOf(fixture, program.requestId);
      expect(outcome).to.include({
        action: 'sandbox.exec',
        outcome: 'denied',
        reason: 'credential_revoked',
      });
      expect(outcome.detail).to.deep.equal({ refusal });
    });
  }

  it('ends as soon where the hint of the database is lost', async () => {
    const { id, headers } = await newKey();
    const program = await startProgram(headers);
    const lose = async (): Promise<void> => {
      expect(await fixture.database.cutListeners()).to.be.at.least(2);
      await fixture.store.apiKeys.revoke(id);
    };
    const text = await timed(lose, program.text);
    expect(ndjson(text).at(-1)).to.have.nested.property('error.reason', 'credential_revoked');
  });

  it('ends when its key expires', async () => {
    const { key, prefix: keyPrefix, hash: keyHash } = mintApiKey();
    const expiresAt = new Date(Date.now() + 2_000);
    const stored = { name: 'soon', role: 'api', keyPrefix, keyHash, createdBy: 'a test', expiresAt } as const;
    await fixture.store.apiKeys.insert({ ...stored, tenantId: null });
    // That it was let in is all that must happen before the key expires.
    const answer = await open(other, `/sandboxes/${sandbox}/exec`, {
      key,
      headers: { 'X-Request-ID': 'expiring' },
      body: { command: 'sleep 1000', stream: true, exit_record: true },
    });
    expect(answer.status).to.equal(200);
    const text = await answer.text();
    expect(Date.now() - expiresAt.getTime()).to.be.within(0, WITHIN_MS);
    expect(ndjson(text).at(-1)).to.have.nested.property('error.reason', 'credential_revoked');
    expect((await auditOf(fixture, 'expiring')).detail).to.deep.equal({ refusal: 'api_key_expired' });
  });

  it('ends when the configuration has another key', async () => {
    const third = await fixture.beside();
    const stays = await startProgram({ 'X-API-Key': fixture.apiKey });
    const response = await open(third, '/events');
    // The settings of one control plane are its own.
    third.controlPlane.reload(
      settingsFor({
        'server.host': '127.0.0.1',
        'auth.api_key': secret(),
        'auth.admin_api_key': fixture.adminKey,
        'auth.worker_signing_key': fixture.signingKey,
        'database.driver': 'postgres',
        'database.dsn': fixture.database.dsn,
        ...provider.flags,
      }),
    );
    expect(await response.text()).to.contain('"type":"ended"');
    expect(await stays.isRunning()).to.equal(true);
    await third.controlPlane.stop();
  });

  it('goes on when its token merely expires, or its caller may do more than before; and ends when it is revoked then', async () => {
    // A minute is allowed for clocks that differ, so that it is good for two seconds at least.
    const claims = { sub: 'exa', sid: 's-3', exp: Math.ceil(Date.now() / 1000) - 58 };
    const headers = bearer(claims);
    const program = await startProgram(headers);
    await member('exa', 'viewer', 'tn-b');
    await member('exa', 'viewer', 'tn-a');
    await eventually(async () => {
      const { body } = await call(other, '/sandboxes', { key: null, headers });
      expect(body['reason']).to.equal('bearer_expired');
    });
    // Once another call has ended, all of them were looked at.
    const { id, headers: others } = await newKey();
    const another = await startProgram(others);
    await timed(() => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }), another.text);
    expect(await program.isRunning()).to.equal(true);
    const text = await timed(() => revokeBearers({ session_id: 's-3' }), program.text);
    expect(ndjson(text).at(-1)).to.have.nested.property('error.reason', 'credential_revoked');
  });

  it('ends with words on stderr where no record is asked for, as in the reference protocol', async () => {
    const { id, headers } = await newKey();
    const program = await startProgram(headers, sandbox, { exit_record: false });
    const text = await timed(() => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }), program.text);
    const last = ndjson(text).at(-1);
    expect(last).to.have.property('stream', 'stderr');
    expect(last?.['data']).to.match(/^the call was ended, as it would not be let in any more: .*revoked/);
  });

  it('is answered with the reason when nothing was answered yet', async () => {
    const { id, headers } = await newKey();
    const program = await startProgram(headers, sandbox, { stream: false, exit_record: undefined });
    const text = await timed(() => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }), program.text);
    expect(JSON.parse(text)).to.include({ code: 'UNAUTHORIZED', reason: 'credential_revoked' });
    await eventually(async () => expect(await program.isRunning()).to.equal(false));
    const outcome = await auditOf(fixture, program.requestId);
    expect(outcome).to.include({ outcome: 'denied', reason: 'credential_revoked', status: 401 });
    expect(outcome.detail).to.deep.equal({ refusal: 'api_key_revoked' });
    const { items } = await fixture.store.execLogs.listBySandbox(sandbox);
    expect(items.find(({ requestId }) => requestId === program.requestId)).to.include({
      outcome: 'cancelled',
    });
  });

  const filesIn = async (): Promise<string> => {
    const answer = await call(fixture, `/sandboxes/${sandbox}/exec`, {
      body: { command: 'ls -A /workspace' },
    });
    return String(answer.body['stdout']);
  };

  it('ends while it uploads, and leaves no part of a file', async () => {
    const { id, headers } = await newKey();
    const upload = httpRequest(`${other.url}/api/v1/sandboxes/${sandbox}/files?path=/workspace/half`, {
      method: 'PUT',
      headers: { ...headers, 'content-length': '100000000' },
    });
    upload.on('error', () => undefined);
    const answer = once(upload, 'response').then(async ([response]: IncomingMessage[]) => {
      let text = '';
      for await (const chunk of response ?? []) text += String(chunk);
      return { status: response?.statusCode, body: JSON.parse(text) as Json };
    });
    upload.write(Buffer.alloc(1_000_000));
    await eventually(async () => expect(await filesIn()).not.to.equal(''));
    const { status, body } = await timed(
      () => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }),
      answer,
    );
    expect([status, body['reason']]).to.deep.equal([401, 'credential_revoked']);
    upload.destroy();
    await eventually(async () => expect(await filesIn()).to.equal(''));
  });

  it('ends while it downloads, with the connection, so that nobody takes a part for the whole', async () => {
    const { id, headers } = await newKey();
    await call(fixture, `/sandboxes/${sandbox}/exec`, {
      body: { command: 'truncate -s 64M /workspace/large' },
    });
    const download = httpRequest(`${other.url}/api/v1/sandboxes/${sandbox}/files?path=/workspace/large`, {
      headers: { ...headers, 'X-Request-ID': 'download' },
    }).end();
    const [response] = (await once(download, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    // Nothing of it is read yet.
    await timed(
      () => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }),
      auditOf(fixture, 'download').then((outcome) =>
        expect(outcome).to.include({ action: 'file.read', outcome: 'denied', reason: 'credential_revoked' }),
      ),
    );
    const error = await buffer(response).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    await call(fixture, `/sandboxes/${sandbox}/exec`, { body: { command: 'rm /workspace/large' } });
  });

  it('does not get the sandbox that it waits for', async () => {
    const { id, headers } = await newKey();
    const spawn = (requestId: string) =>
      call(other, '/sandboxes', {
        key: null,
        headers: { ...headers, 'X-Request-ID': requestId },
        body: { provider: 'mock', owner_id: 'one' },
      });
    expect((await spawn('first')).status).to.equal(201);
    const second = spawn('second');
    await eventually(async () => {
      const { items } = await fixture.store.audit.list({ limit: 100 });
      expect(items.some(({ requestId }) => requestId === 'second')).to.equal(true);
    });
    const { status, body } = await timed(
      () => admin(fixture, `/api-keys/${id}`, { method: 'DELETE' }),
      second,
    );
    expect([status, body['reason']]).to.deep.equal([401, 'credential_revoked']);
    const { items } = await fixture.store.sandboxes.list({ limit: 100 });
    expect(items.filter(({ ownerId }) => ownerId === 'one')).to.have.length(1);
  });

  it('ends as a stream of events, whose last one says why; when the tenant is deleted, for one', async () => {
    await fixture.store.tenants.create({ id: 'tn-c', name: 'C' });
    const { body } = await admin(fixture, '/tenants/tn-c/api-keys', {
      body: { name: 'a test', role: 'viewer' },
    });
    const response = await open(other, '/events', {
      key: String(body['key']),
      headers: { 'X-Request-ID': 'events' },
    });
    expect(response.status).to.equal(200);
    const remove = () => admin(fixture, '/tenants/tn-c?cascade=true', { method: 'DELETE' });
    const text = await timed(remove, response.text());
    const last = JSON.parse(text.trimEnd().split('data: ').at(-1) ?? '');
    expect(last).to.deep.include({ type: 'ended', data: { reason: 'credential_revoked' } });
    expect(await auditOf(fixture, 'events')).to.include({
      resource: 'operation:streamEvents',
      outcome: 'denied',
      reason: 'credential_revoked',
    });
  });

  it('ends no call of anybody else', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const [ends, stays] = [await startProgram(one.headers), await startProgram(two.headers)];
    await timed(() => admin(fixture, `/api-keys/${one.id}`, { method: 'DELETE' }), ends.text);
    expect(await stays.isRunning()).to.equal(true);
    await admin(fixture, `/api-keys/${two.id}`, { method: 'DELETE' });
    await stays.text;
  });
});
