import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  createControlPlaneClient,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  keyCredentialSource,
  type RevocationFeed,
} from '../src/index.js';
import { failureOf, MASTER_KEY, post, serve, type TestServer, WORKER } from './worker-fixture.js';

const HEARTBEAT: Heartbeat = {
  hostname: 'node-1',
  status: 'online',
  providers: null,
  capabilities: [],
  capacity: {},
};

const FEED: RevocationFeed = {
  version: 42,
  entries: [
    { kind: 'token', tokenId: 'token-1' },
    { kind: 'worker', workerId: 'worker-b', issuedBefore: new Date('2026-01-01T00:00:00.250Z') },
    { kind: 'key', fingerprint: '0123456789abcdef' },
  ],
};

describe('revocations in heartbeats', () => {
  const servers: TestServer[] = [];
  const clients: ControlPlaneClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  function clientOf(server: TestServer): ControlPlaneClient {
    servers.push(server);
    const credentials = keyCredentialSource({ key: deriveWorkerKey(MASTER_KEY, WORKER), workerId: WORKER });
    const client = createControlPlaneClient({ baseUrl: server.url, workerId: WORKER, credentials });
    clients.push(client);
    return client;
  }

  async function against(revocations: RevocationFeed | undefined, seen: Heartbeat[] = []) {
    const now = new Date('2026-01-01T00:00:00Z');
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({
        verifier: createWorkerTokenVerifier({
          keyring: createKeyring({ active: MASTER_KEY }),
          audience: 'worker:control-plane',
        }),
      }),
      onHeartbeat(id, heartbeat) {
        seen.push(heartbeat);
        const times = { lastHeartbeatAt: now, createdAt: now, updatedAt: now };
        const worker = { ...heartbeat, id, ...times, stale: false };
        return Promise.resolve({ worker, nextHeartbeatMs: 1, drain: false, release: [], revocations });
      },
      onRenewLease: () => Promise.reject(new Error('not used')),
    });
    return clientOf(await serve((request, response) => void endpoint(request, response)));
  }

  it('come whole to a worker that has none yet', async () => {
    const seen: Heartbeat[] = [];
    const client = await against(FEED, seen);
    expect((await client.heartbeat(HEARTBEAT)).revocations).to.deep.equal(FEED);
    expect(seen[0]).not.to.have.property('revocationVersion');
  });

  it('come to a worker with another version, even a later one', async () => {
    const seen: Heartbeat[] = [];
    const client = await against(FEED, seen);
    for (const revocationVersion of [41, 43, 0]) {
      const reply = await client.heartbeat({ ...HEARTBEAT, revocationVersion });
      expect(reply.revocations).to.deep.equal(FEED);
    }
    expect(seen.map((heartbeat) => heartbeat.revocationVersion)).to.deep.equal([41, 43, 0]);
  });

  it('do not come to a worker with the same version, or when there are none to send', async () => {
    const client = await against(FEED);
    const reply = await client.heartbeat({ ...HEARTBEAT, revocationVersion: 42 });
    expect(reply).not.to.have.property('revocations');
    const other = await against(undefined);
    expect(await other.heartbeat(HEARTBEAT)).not.to.have.property('revocations');
  });

  it('may be ten thousand', async () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => ({
      kind: 'worker' as const,
      workerId: `worker-${index}`.padEnd(128, 'x'),
      issuedBefore: new Date(1_767_225_600_000 + index),
    }));
    const client = await against({ version: 1, entries });
    expect((await client.heartbeat(HEARTBEAT)).revocations?.entries).to.deep.equal(entries);
  });

  for (const revocation_version of [-1, 1.5, '7', 2 ** 53]) {
    it(`are not asked for by the version ${JSON.stringify(revocation_version)}`, async () => {
      await against(FEED);
      const { token } = await keyCredentialSource({ key: MASTER_KEY, workerId: WORKER }).credential();
      const headers = { 'x-worker-id': WORKER, 'x-worker-token': token };
      const url = `${servers[0]?.url}/api/v1/worker/${WORKER}/heartbeat`;
      expect((await post(url, { revocation_version }, headers)).json).to.include({ reason: 'invalid_body' });
    });
  }

  const malformed: ReadonlyArray<readonly [string, unknown]> = [
    ['no object', 'none'],
    ['no version', { entries: [] }],
    ['a version that is a text', { version: '42', entries: [] }],
    ['a negative version', { version: -1, entries: [] }],
    ['no entries', { version: 1 }],
    ['null for entries', { version: 1, entries: null }],
    ['an entry that is null', { version: 1, entries: [null] }],
    ['an entry of an unknown kind', { version: 1, entries: [{ kind: 'tenant', subject: 'x' }] }],
    ['an entry without a kind', { version: 1, entries: [{ subject: 'x' }] }],
    ['an entry without a subject', { version: 1, entries: [{ kind: 'token' }] }],
    ['an empty subject', { version: 1, entries: [{ kind: 'token', subject: '' }] }],
    ['a worker without a moment', { version: 1, entries: [{ kind: 'worker', subject: 'w' }] }],
    [
      'a moment that is none',
      { version: 1, entries: [{ kind: 'worker', subject: 'w', issued_before: 'yesterday' }] },
    ],
    [
      'a worker id outside the grammar',
      { version: 1, entries: [{ kind: 'worker', subject: 'a b', issued_before: '2026-01-01T00:00:00Z' }] },
    ],
    ['a fingerprint in capitals', { version: 1, entries: [{ kind: 'key', subject: '0123456789ABCDEF' }] }],
    ['a fingerprint that is cut', { version: 1, entries: [{ kind: 'key', subject: '01234567' }] }],
    [
      'one bad entry behind good ones',
      {
        version: 1,
        entries: [
          { kind: 'token', subject: 'ok' },
          { kind: 'TOKEN', subject: 'x' },
        ],
      },
    ],
  ];
  for (const [what, revocations] of malformed) {
    it(`spoil the answer with ${what}`, async () => {
      const server = await serve((request, response) => {
        request.resume();
        response.end(JSON.stringify({ revocations, release: [] }));
      });
      const failure = await failureOf(clientOf(server).heartbeat(HEARTBEAT));
      expect(failure).to.include({ code: 'protocol_error', status: 200 });
      expect(failure.message).to.include('/revocations');
    });
  }

  it('of a later kind of control plane may say more', async () => {
    const server = await serve((request, response) => {
      request.resume();
      const entries = [{ kind: 'token', subject: 'x', why: 'leaked' }];
      response.end(JSON.stringify({ revocations: { version: 1, entries, since: 3 } }));
    });
    expect((await clientOf(server).heartbeat(HEARTBEAT)).revocations).to.deep.equal({
      version: 1,
      entries: [{ kind: 'token', tokenId: 'x' }],
    });
  });
});
