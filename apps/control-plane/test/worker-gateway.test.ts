import { deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { createControlPlaneClient, keyCredentialSource } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { type Fixture, type Flags, secret, startFixture } from './control-plane-fixture.js';
import { credential, type Presented, send, WORKER, workerToken } from './worker-calls.js';

describe('the worker gateway', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  const token = (): string => workerToken(fixture);

  const malformed: readonly (Presented & { name: string; status: number; reason: string })[] = [
    { name: 'an empty body', body: '', headers: {}, status: 400, reason: 'invalid_body' },
    { name: 'an array', body: [], headers: {}, status: 400, reason: 'invalid_body' },
    {
      name: 'a text for a list',
      body: { providers: 'mock' },
      headers: {},
      status: 400,
      reason: 'invalid_body',
    },
    { name: 'bytes after the JSON', body: '{}x', headers: {}, status: 400, reason: 'invalid_body' },
    { name: 'NUL in a text', body: { hostname: 'a\0' }, headers: {}, status: 400, reason: 'invalid_request' },
    {
      name: 'NUL in the capacity',
      body: { capacity: { a: '\0' } },
      headers: {},
      status: 400,
      reason: 'invalid_request',
    },
    {
      name: 'a capacity that is nested thousands deep',
      body: `{"capacity":{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}}`,
      headers: {},
      status: 400,
      reason: 'invalid_body',
    },
    {
      name: 'a body over 256 KiB',
      body: { hostname: 'a'.repeat(300_000) },
      headers: {},
      status: 413,
      reason: 'body_too_large',
    },
    {
      name: 'an unknown route',
      path: `${WORKER}/nothing`,
      headers: {},
      status: 404,
      reason: 'not_found',
    },
    { name: 'dots', path: `..%2f${WORKER}/heartbeat`, headers: {}, status: 403, reason: 'worker_mismatch' },
    { name: 'GET', method: 'GET', headers: {}, status: 405, reason: 'method_not_allowed' },
    {
      name: 'a renewal of nothing',
      path: `${WORKER}/leases/sb-none/renew`,
      body: { ttl: '1m' },
      headers: {},
      status: 409,
      reason: 'lease_conflict',
    },
    {
      name: 'a renewal for ever',
      path: `${WORKER}/leases/sb-none/renew`,
      body: { ttl: '1000h' },
      headers: {},
      status: 400,
      reason: 'ttl_too_long',
    },
    {
      name: 'a renewal with a bad ttl',
      path: `${WORKER}/leases/sb-none/renew`,
      body: { ttl: 'soon' },
      headers: {},
      status: 400,
      reason: 'invalid_ttl',
    },
  ];
  for (const { name, status, reason, ...request } of malformed) {
    it(`answers ${name} with ${status} ${reason}`, async () => {
      const answer = await send(fixture, { ...request, headers: credential(token()) });
      expect([answer.status, answer.body['reason']]).to.deep.equal([status, reason]);
      expect(JSON.stringify(answer.body)).not.to.match(/\bat \/|encoding "UTF8"|node_modules/);
    });
  }

  describe('heartbeats', () => {
    it('register a worker and tell it the pace', async () => {
      const { body } = await send(fixture, {
        headers: credential(token()),
        body: {
          hostname: 'node-1',
          providers: ['mock'],
          capacity: { max_sandboxes: 2, rpc_url: 'http://127.0.0.1:9' },
          instance_id: 'run-1',
        },
      });
      expect(body).to.include({ status: 'online', stale: false, drain: false });
      expect(body['release']).to.deep.equal([]);
      expect(body['next_heartbeat_ms']).to.be.within(1_000, 60_000);
      expect(await fixture.store.workers.get(WORKER)).to.deep.include({
        hostname: 'node-1',
        providers: ['mock'],
        rpcUrl: 'http://127.0.0.1:9',
        instanceId: 'run-1',
      });
      expect((await fixture.store.workers.get(WORKER))?.credential).to.include({
        form: 'signed',
        keyRole: 'derived(active)',
      });
    });

    const unusable = [
      'file:///etc/passwd',
      'gopher://h:1',
      'http://user:password@h:1',
      'http://h:1?a=b',
      'http://h:1#a',
      'h:1',
      7,
    ];
    for (const rpcUrl of unusable) {
      it(`do not keep ${JSON.stringify(rpcUrl)} as an address to call`, async () => {
        const { status } = await send(fixture, {
          headers: credential(token()),
          body: { capacity: { rpc_url: rpcUrl } },
        });
        expect(status).to.equal(200);
        expect((await fixture.store.workers.get(WORKER))?.rpcUrl).to.equal('');
      });
    }

    it('say that the operator wants the worker to drain', async () => {
      await fixture.store.workers.setDrainRequested(WORKER, true);
      expect((await send(fixture, { headers: credential(token()) })).body['drain']).to.equal(true);
      await fixture.store.workers.setDrainRequested(WORKER, false);
      expect((await send(fixture, { headers: credential(token()) })).body['drain']).to.equal(false);
    });

    it("name the sandboxes that are not the worker's", async () => {
      const body = { sandboxes: [{ id: 'sb-foreign', generation: 1 }] };
      const answer = await send(fixture, { headers: credential(token()), body });
      expect(answer.body['release']).to.deep.equal(['sb-foreign']);
    });
  });

  it('renews the lease of its holder and of nobody else', async () => {
    const lease = { resourceId: 'sb-leased', resourceType: 'sandbox', holderId: WORKER, ttlMs: 60_000 };
    await fixture.store.leases.acquire(lease);
    const client = (workerId: string) =>
      createControlPlaneClient({
        baseUrl: fixture.url,
        workerId,
        credentials: keyCredentialSource({ key: deriveWorkerKey(fixture.signingKey, workerId), workerId }),
      });
    const [own, foreign] = [client(WORKER), client('worker-9')];
    const renewed = await own.renewLease('sb-leased', { ttlMs: 120_000, generation: 1 });
    expect(renewed).to.include({ resourceId: 'sb-leased', holderId: WORKER, generation: 2 });
    const failure = await foreign
      .renewLease('sb-leased', { ttlMs: 120_000 })
      .catch((error: unknown) => error);
    expect(failure).to.include({ status: 409, reason: 'lease_conflict' });
    expect((await fixture.store.leases.get('sb-leased'))?.generation).to.equal(2);
    own.close();
    foreign.close();
  });
});

describe('the worker gateway by its settings', () => {
  async function withFixture(flags: Flags, work: (fixture: Fixture) => Promise<void>): Promise<void> {
    const fixture = await startFixture(flags);
    try {
      await work(fixture);
    } finally {
      await fixture.dispose();
    }
  }

  const mint = (key: string) =>
    mintWorkerToken({ key, workerId: WORKER, audience: 'worker:control-plane', ttlSeconds: 60 }).token;

  it('worker_key_scope derived refuses what the master key signed', async () => {
    await withFixture({ 'auth.worker_key_scope': 'derived' }, async (fixture) => {
      const master = await send(fixture, { headers: credential(mint(fixture.signingKey)) });
      expect([master.status, master.body['reason']]).to.deep.equal([401, 'token_bad_signature']);
      const derived = mint(deriveWorkerKey(fixture.signingKey, WORKER));
      expect((await send(fixture, { headers: credential(derived) })).status).to.equal(200);
    });
  });

  it('without a key and a token nobody gets in: 503', async () => {
    await withFixture({ 'auth.worker_signing_key': undefined }, async (fixture) => {
      const { status, body } = await send(fixture, { headers: credential(mint(secret())) });
      expect([status, body['reason']]).to.deep.equal([503, 'worker_auth_not_configured']);
    });
  });

  it('a static token lets every worker in that has it, and no signed one', async () => {
    const shared = secret();
    const flags = { 'auth.worker_signing_key': undefined, 'auth.worker_token': shared };
    await withFixture(flags, async (fixture) => {
      expect((await send(fixture, { headers: credential(shared) })).status).to.equal(200);
      expect((await fixture.store.workers.get(WORKER))?.credential).to.deep.equal({
        form: 'static',
        kind: 'shared',
      });
      const wrong = await send(fixture, { headers: credential(secret()) });
      expect([wrong.status, wrong.body['reason']]).to.deep.equal([401, 'static_token_mismatch']);
      const signed = await send(fixture, { headers: credential(mint(secret())) });
      expect([signed.status, signed.body['reason']]).to.deep.equal([401, 'signed_token_not_allowed']);
      expect(fixture.logs.text()).not.to.contain(shared);
    });
  });
});
