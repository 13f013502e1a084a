import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  type ControlPlaneError,
  createControlPlaneClient,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  keyCredentialSource,
  staticCredentialSource,
} from '../src/index.js';
import { failureOf, MASTER_KEY, serve, type TestServer, WORKER } from './worker-fixture.js';

const HEARTBEAT: Heartbeat = {
  hostname: '',
  status: 'online',
  providers: null,
  capabilities: [],
  capacity: {},
};

describe('clock skew', () => {
  const servers: TestServer[] = [];
  const clients: ControlPlaneClient[] = [];
  let localMs: number;
  let remoteMs: number;
  let warnings: number[];
  /** What passes while the control plane thinks. */
  let thinksMs: number;
  let client: ControlPlaneClient;

  beforeEach(async () => {
    localMs = Date.parse('2026-01-01T00:00:00Z');
    remoteMs = localMs;
    thinksMs = 0;
    warnings = [];
    const clock = (): Date => new Date(remoteMs);
    const endpoint = createWorkerEndpoint({
      clock,
      authenticate: createWorkerAuthenticator({
        sharedToken: 'shared',
        verifier: createWorkerTokenVerifier({
          keyring: createKeyring({ active: MASTER_KEY }),
          audience: 'worker:control-plane',
          clock,
        }),
      }),
      onHeartbeat(id, heartbeat) {
        localMs += thinksMs;
        remoteMs += thinksMs / 2;
        const now = clock();
        const times = { lastHeartbeatAt: now, createdAt: now, updatedAt: now };
        const worker = { ...heartbeat, id, ...times, stale: false };
        return Promise.resolve({ worker, nextHeartbeatMs: 1, drain: false, release: [] });
      },
      onRenewLease: () => Promise.reject(new Error('not used')),
    });
    const server = await serve((request, response) => void endpoint(request, response));
    servers.push(server);
    client = connect(server.url);
  });

  afterEach(async () => {
    for (const one of clients.splice(0)) one.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  function connect(baseUrl: string, staticToken?: string): ControlPlaneClient {
    const clock = (): Date => new Date(localMs);
    const key = deriveWorkerKey(MASTER_KEY, WORKER);
    const created = createControlPlaneClient({
      baseUrl,
      workerId: WORKER,
      credentials:
        staticToken === undefined
          ? keyCredentialSource({ key, workerId: WORKER, clock })
          : staticCredentialSource({ token: staticToken }),
      clock,
      onClockSkew: (skewMs) => warnings.push(skewMs),
    });
    clients.push(created);
    return created;
  }

  it('is not known before the first answer', () => {
    expect(client.clockSkewMs()).to.equal(undefined);
  });

  it('is measured against the middle of a heartbeat', async () => {
    thinksMs = 3_000;
    remoteMs += 1_250;
    await client.heartbeat(HEARTBEAT);
    expect(client.clockSkewMs()).to.equal(1_250);
    remoteMs = localMs - 20_000;
    thinksMs = 0;
    await client.heartbeat(HEARTBEAT);
    expect(client.clockSkewMs()).to.equal(-20_000);
  });

  it('is warned of beyond five seconds, at most once a minute', async () => {
    const beat = async (skewMs: number, laterMs: number): Promise<void> => {
      localMs += laterMs;
      remoteMs = localMs + skewMs;
      await client.heartbeat(HEARTBEAT);
    };
    await beat(5_000, 0);
    await beat(-5_000, 0);
    expect(warnings).to.deep.equal([]);
    await beat(5_001, 0);
    await beat(-6_000, 1_000);
    await beat(7_000, 58_999);
    expect(warnings).to.deep.equal([5_001]);
    await beat(8_000, 1);
    expect(warnings).to.deep.equal([5_001, 8_000]);
    // A clock that was set back does not silence it.
    await beat(9_000, -3_600_000);
    expect(warnings).to.deep.equal([5_001, 8_000, 9_000]);
  });

  const refusals: ReadonlyArray<readonly [string, number, RegExp]> = [
    ['token_expired', 600_000, /: this clock is 600\.0 s behind that of the control plane \(token_expired\)/],
    ['token_issued_in_future', -90_500, /: this clock is 90\.5 s ahead of that of the control plane/],
  ];
  for (const [reason, skewMs, message] of refusals) {
    it(`is the reason when a token is refused as ${reason} by another clock`, async () => {
      remoteMs += skewMs;
      const failure = (await failureOf(client.heartbeat(HEARTBEAT))) as unknown as ControlPlaneError;
      expect(failure).to.include({ code: 'unauthorized', status: 401, reason: 'clock_skew', skewMs });
      expect(failure.message).to.match(message);
      expect(failure.requestId).to.match(/^[0-9a-f-]{36}$/);
      expect(failure.cause).to.include({ code: 'unauthorized', reason });
      expect(client.clockSkewMs()).to.equal(skewMs);
      expect(warnings).to.deep.equal([skewMs]);
    });
  }

  it('of less than five seconds is not: the token is expired', async () => {
    const credentials = { describe: () => 'stale', credential: () => stale };
    const source = keyCredentialSource({
      key: MASTER_KEY,
      workerId: WORKER,
      clock: () => new Date(localMs - 600_000),
    });
    const stale = source.credential();
    const late = createControlPlaneClient({
      baseUrl: String(servers[0]?.url),
      workerId: WORKER,
      credentials,
      clock: () => new Date(localMs),
    });
    clients.push(late);
    remoteMs += 4_000;
    expect(await failureOf(late.heartbeat(HEARTBEAT))).to.include({
      code: 'unauthorized',
      reason: 'token_expired',
      skewMs: 4_000,
    });
  });

  it('does not explain a refusal of another kind, and is told all the same', async () => {
    remoteMs += 600_000;
    const other = connect(String(servers[0]?.url), 'not-the-shared-token');
    expect(await failureOf(other.heartbeat(HEARTBEAT))).to.include({
      reason: 'static_token_mismatch',
      skewMs: 600_000,
    });
    expect(other.clockSkewMs()).to.equal(600_000);
  });

  it('is not known from a reference control plane, which does not tell its time', async () => {
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(401).end('{"code":"UNAUTHORIZED","message":"no"}');
    });
    servers.push(server);
    const other = connect(server.url);
    expect(await failureOf(other.heartbeat(HEARTBEAT))).to.include({ reason: undefined, skewMs: undefined });
    expect(other.clockSkewMs()).to.equal(undefined);
  });
});
