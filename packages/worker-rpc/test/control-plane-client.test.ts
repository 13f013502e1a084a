import type { RequestListener } from 'node:http';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  type ControlPlaneClientOptions,
  createControlPlaneClient,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  fileCredentialSource,
  type Heartbeat,
  keyCredentialSource,
  staticCredentialSource,
  type WorkerRecord,
} from '../src/index.js';
import { failureOf, MASTER_KEY, OTHER_KEY, serve, type TestServer, WORKER } from './worker-fixture.js';

const HEARTBEAT: Heartbeat = {
  hostname: 'node-1',
  status: 'draining',
  providers: ['mock'],
  capabilities: ['exec'],
  capacity: { max_sandboxes: 2, rpc_url: 'http://10.0.0.1:7430', note: '<&>' },
  instanceId: 'run-1',
  sandboxes: [{ id: 'sb-1', generation: 4 }],
};

describe('createControlPlaneClient', () => {
  const servers: TestServer[] = [];
  const clients: ControlPlaneClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function against(
    listener: RequestListener,
    options: Partial<ControlPlaneClientOptions> = {},
  ): Promise<ControlPlaneClient> {
    const server = await serve(listener);
    servers.push(server);
    const client = createControlPlaneClient({
      baseUrl: server.url,
      workerId: WORKER,
      credentials: keyCredentialSource({ key: deriveWorkerKey(MASTER_KEY, WORKER), workerId: WORKER }),
      ...options,
    });
    clients.push(client);
    return client;
  }

  const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
    against((request, response) => {
      request.resume();
      response.writeHead(status, headers).end(body);
    });

  /** The other half of the protocol: our own endpoint. */
  function endpoint(seen: unknown[] = []): RequestListener {
    const handle = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({
        verifier: createWorkerTokenVerifier({
          keyring: createKeyring({ active: MASTER_KEY }),
          audience: 'worker:control-plane',
        }),
      }),
      onHeartbeat(workerId, heartbeat) {
        seen.push(heartbeat);
        const now = new Date();
        const record: WorkerRecord = {
          ...heartbeat,
          id: workerId,
          lastHeartbeatAt: now,
          createdAt: now,
          updatedAt: now,
          stale: false,
        };
        return Promise.resolve({ worker: record, nextHeartbeatMs: 5000, drain: true, release: ['sb-1'] });
      },
      onRenewLease(workerId, resourceId, renewal) {
        seen.push([resourceId, renewal]);
        const expiresAt = new Date('2026-01-01T00:00:00Z');
        return Promise.resolve({ resourceId, holderId: workerId, generation: 5, expiresAt });
      },
    });
    return (request, response) => void handle(request, response);
  }

  it('sends a heartbeat and reads what to do', async () => {
    const seen: unknown[] = [];
    const client = await against(endpoint(seen));
    const reply = await client.heartbeat(HEARTBEAT);
    expect(seen).to.deep.equal([HEARTBEAT]);
    expect(reply).to.deep.include({ nextHeartbeatMs: 5000, drain: true, release: ['sb-1'] });
    expect(reply.serverTime?.getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it('renews a lease whatever the resource is called', async () => {
    const seen: unknown[] = [];
    const client = await against(endpoint(seen));
    const lease = await client.renewLease('sb/1%', { ttlMs: 90_000, generation: 4 });
    expect(seen).to.deep.equal([['sb/1%', { ttlMs: 90_000, generation: 4 }]]);
    expect(lease).to.deep.equal({
      resourceId: 'sb/1%',
      holderId: WORKER,
      generation: 5,
      expiresAt: new Date('2026-01-01T00:00:00Z'),
    });
  });

  it('reads the answer of a reference control plane, which says nothing more than the record', async () => {
    const client = await answering(200, '{"id":"worker-a","providers":null,"stale":false}');
    expect(await client.heartbeat(HEARTBEAT)).to.deep.equal({
      serverTime: undefined,
      nextHeartbeatMs: undefined,
      drain: false,
      release: [],
    });
  });

  it('tells why it was refused, and the time of the control plane', async () => {
    const client = await against(endpoint(), {
      credentials: keyCredentialSource({ key: OTHER_KEY, workerId: WORKER }),
    });
    const failure = await failureOf(client.heartbeat(HEARTBEAT));
    expect(failure).to.include({ code: 'unauthorized', status: 401, reason: 'token_bad_signature' });
    expect((failure['serverTime'] as Date).getTime()).to.be.closeTo(Date.now(), 60_000);
    expect(failure['requestId']).to.match(/^[0-9a-f-]{36}$/);
  });

  const answers: ReadonlyArray<readonly [number, string, string]> = [
    [400, '{"code":"BAD_REQUEST","message":"no"}', 'invalid_request'],
    [403, '{"code":"FORBIDDEN","message":"no"}', 'forbidden'],
    [404, '404 page not found\n', 'not_found'],
    [409, '{"code":"CONFLICT","message":"no"}', 'conflict'],
    [429, '', 'rate_limited'],
    [500, '{"code":"INTERNAL_ERROR","message":"no"}', 'remote_error'],
    [503, '{"code":"UNAVAILABLE","message":"no"}', 'unavailable'],
    [200, 'hello', 'protocol_error'],
    [200, '{"drain":"yes"}', 'protocol_error'],
    [200, JSON.stringify({ note: 'x'.repeat(8 * 1024 * 1024) }), 'protocol_error'],
  ];
  for (const [status, body, code] of answers) {
    it(`takes HTTP ${status} ${JSON.stringify(body.slice(0, 20))} for ${code}`, async () => {
      const client = await answering(status, body);
      expect(await failureOf(client.heartbeat(HEARTBEAT))).to.include({ code, status });
    });
  }

  it('never follows a redirect', async () => {
    let followed = 0;
    const target = await serve((_request, response) => {
      followed += 1;
      response.end('{}');
    });
    servers.push(target);
    const client = await answering(307, '', { location: target.url });
    expect(await failureOf(client.heartbeat(HEARTBEAT))).to.include({ code: 'unexpected_redirect' });
    expect(followed).to.equal(0);
  });

  it('gives up after its time, and when it is told to', async () => {
    const client = await against(() => undefined, { timeoutMs: 30 });
    expect(await failureOf(client.heartbeat(HEARTBEAT))).to.include({ code: 'timeout' });
    const controller = new AbortController();
    const call = failureOf(client.renewLease('sb-1', { ttlMs: 1000 }, { signal: controller.signal }));
    controller.abort();
    expect(await call).to.include({ code: 'aborted' });
  });

  it('tells a control plane that cannot be reached from one that hangs up', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const unreachable = await against(() => undefined, { baseUrl: gone.url });
    expect(await failureOf(unreachable.heartbeat(HEARTBEAT))).to.include({ code: 'unreachable' });
    const rude = await against((request) => request.socket.destroy());
    expect(await failureOf(rude.heartbeat(HEARTBEAT))).to.include({ code: 'connection_lost' });
  });

  it('asks its credential source before every request, and passes on what that throws', async () => {
    const tokens: unknown[] = [];
    let count = 0;
    const client = await against(
      (request, response) => {
        tokens.push(request.headers['x-worker-token']);
        request.resume();
        response.end('{}');
      },
      {
        credentials: {
          describe: () => 'counted',
          credential: () => {
            count += 1;
            return Promise.resolve({ token: `token-${count}` });
          },
        },
      },
    );
    await client.heartbeat(HEARTBEAT);
    await client.heartbeat(HEARTBEAT);
    expect(tokens).to.deep.equal(['token-1', 'token-2']);
    const credentials = fileCredentialSource({ path: '/nonexistent/token' });
    const lacking = await against(() => undefined, { credentials });
    expect(await failureOf(lacking.heartbeat(HEARTBEAT))).to.include({ code: 'credential_missing' });
  });

  it('refuses a URL or a worker id that it cannot use', () => {
    const credentials = staticCredentialSource({ token: 'x' });
    for (const options of [
      { baseUrl: 'localhost:7423', workerId: WORKER, credentials },
      { baseUrl: 'http://localhost:7423', workerId: 'a/b', credentials },
    ]) {
      expect(() => createControlPlaneClient(options))
        .to.throw()
        .with.property('code', 'invalid_configuration');
    }
  });

  it('keeps a path in front of the API', async () => {
    let path: string | undefined;
    const server = await serve((request, response) => {
      path = request.url;
      request.resume();
      response.end('{}');
    });
    servers.push(server);
    const client = await against(() => undefined, { baseUrl: `${server.url}/stacyvm/` });
    await client.heartbeat(HEARTBEAT);
    expect(path).to.equal('/stacyvm/api/v1/worker/worker-a/heartbeat');
  });
});
