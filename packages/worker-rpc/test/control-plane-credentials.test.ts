import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  type CredentialSource,
  createControlPlaneClient,
  createRevocationList,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type Heartbeat,
  issuerCredentialSource,
  keyCredentialSource,
  type WorkerCredential,
} from '../src/index.js';
import {
  failureOf,
  MASTER_KEY,
  OTHER_KEY,
  type RotatingVerifier,
  rotatingVerifier,
  serve,
  type TestServer,
  WORKER,
} from './worker-fixture.js';

const OLD = deriveWorkerKey(MASTER_KEY, WORKER);
const NEW = deriveWorkerKey(OTHER_KEY, WORKER);
const HEARTBEAT: Heartbeat = {
  hostname: '',
  status: 'online',
  providers: null,
  capabilities: [],
  capacity: {},
};

describe('a credential that the control plane refuses', () => {
  let server: TestServer;
  let client: ControlPlaneClient | undefined;
  let verifier: RotatingVerifier;
  let refusals: string[];
  let served: WorkerCredential[];
  const revocations = createRevocationList();
  /** Stands still: a second later a refused token would be signed once more. */
  let now: Date;
  const clock = (): Date => now;

  beforeEach(async () => {
    now = new Date();
    refusals = [];
    served = [];
    revocations.replace(0, []);
    verifier = rotatingVerifier('worker:control-plane', MASTER_KEY);
    await start(verifier);
  });

  afterEach(async () => {
    client?.close();
    client = undefined;
    await server.close();
  });

  async function start(from: Parameters<typeof createWorkerAuthenticator>[0]['verifier']): Promise<void> {
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({ verifier: from }),
      onHeartbeat(id, heartbeat, { credential }) {
        served.push(credential);
        const now = new Date();
        const times = { lastHeartbeatAt: now, createdAt: now, updatedAt: now };
        const worker = { ...heartbeat, id, ...times, stale: false };
        return Promise.resolve({ worker, nextHeartbeatMs: 1, drain: false, release: [] });
      },
      onRenewLease(workerId, resourceId, _renewal, { credential }) {
        served.push(credential);
        return Promise.resolve({ resourceId, holderId: workerId, generation: 1, expiresAt: new Date() });
      },
      onRefusal: ({ reason }) => refusals.push(reason),
    });
    server = await serve((request, response) => void endpoint(request, response));
  }

  function connect(credentials: CredentialSource): ControlPlaneClient {
    client = createControlPlaneClient({ baseUrl: server.url, workerId: WORKER, credentials });
    return client;
  }

  async function restartWithRevocations(): Promise<void> {
    await server.close();
    await start(
      createWorkerTokenVerifier({
        keyring: createKeyring({ active: MASTER_KEY, verifyOnly: [OTHER_KEY] }),
        audience: 'worker:control-plane',
        isRevoked: revocations.isRevoked,
      }),
    );
  }

  it('gives way to the next key, at once and for good', async () => {
    const worker = connect(keyCredentialSource({ key: NEW, fallbackKeys: [OLD], workerId: WORKER }));
    await worker.heartbeat(HEARTBEAT);
    await worker.renewLease('sb-1', { ttlMs: 1000 });
    await worker.heartbeat(HEARTBEAT);
    expect(served).to.have.length(3);
    expect(refusals).to.deep.equal(['token_bad_signature']);
  });

  it('drops no request while both sides go from key to key, whichever goes first', async () => {
    const worker = connect(keyCredentialSource({ key: NEW, fallbackKeys: [OLD], workerId: WORKER }));
    const steps = [[MASTER_KEY], [MASTER_KEY, OTHER_KEY], [OTHER_KEY, MASTER_KEY], [OTHER_KEY], [MASTER_KEY]];
    for (const keys of steps) {
      verifier.use(...keys);
      await Promise.all([
        worker.heartbeat(HEARTBEAT),
        worker.renewLease('sb-1', { ttlMs: 1000 }),
        worker.renewLease('sb-2', { ttlMs: 1000 }),
      ]);
    }
    expect(served).to.have.length(15);
  });

  it('is presented once under each key when none is known, at every request anew', async () => {
    verifier.use('a key that only the control plane knows, long enough');
    const worker = connect(keyCredentialSource({ key: NEW, fallbackKeys: [OLD], workerId: WORKER }));
    for (const requests of [1, 2]) {
      expect(await failureOf(worker.heartbeat(HEARTBEAT))).to.include({ reason: 'token_bad_signature' });
      expect(refusals).to.have.length(2 * requests);
    }
    expect(served).to.deep.equal([]);
  });

  it('that was revoked by its id is replaced at once', async () => {
    await restartWithRevocations();
    const worker = connect(keyCredentialSource({ key: OLD, workerId: WORKER }));
    await worker.heartbeat(HEARTBEAT);
    const [first] = served;
    const tokenId = first?.form === 'signed' ? String(first.tokenId) : '';
    revocations.replace(1, [{ kind: 'token', tokenId }]);
    await worker.heartbeat(HEARTBEAT);
    expect(refusals).to.deep.equal(['token_revoked']);
    expect(served[1]).not.to.include({ tokenId });
  });

  it('whose key was revoked gives way to the next key', async () => {
    await restartWithRevocations();
    const worker = connect(keyCredentialSource({ key: OLD, fallbackKeys: [NEW], workerId: WORKER, clock }));
    revocations.replace(1, [{ kind: 'key', fingerprint: keyFingerprint(OLD) }]);
    await worker.heartbeat(HEARTBEAT);
    await worker.heartbeat(HEARTBEAT);
    expect(
      served.map((credential) => credential.form === 'signed' && credential.signingKeyFingerprint),
    ).to.deep.equal([keyFingerprint(NEW), keyFingerprint(NEW)]);
    expect(refusals).to.deep.equal(['token_revoked', 'token_revoked']);
  });

  it('whose only key was revoked is refused after two attempts', async () => {
    await restartWithRevocations();
    const worker = connect(keyCredentialSource({ key: OLD, workerId: WORKER, clock }));
    revocations.replace(1, [{ kind: 'key', fingerprint: keyFingerprint(MASTER_KEY) }]);
    expect(await failureOf(worker.heartbeat(HEARTBEAT))).to.include({
      code: 'unauthorized',
      reason: 'token_revoked',
    });
    expect(refusals).to.deep.equal(['token_revoked', 'token_revoked']);
    expect(await failureOf(worker.heartbeat(HEARTBEAT))).to.include({ reason: 'token_revoked' });
    expect(refusals).to.have.length(3);
  });

  it('of an issuer is fetched anew', async () => {
    const keys = [NEW, OLD];
    const worker = connect(
      issuerCredentialSource({
        async fetchToken() {
          const source = keyCredentialSource({ key: keys.shift() ?? OLD, workerId: WORKER });
          const issuedAt = new Date();
          const expiresAt = new Date(issuedAt.getTime() + 300_000);
          return { ...(await source.credential()), issuedAt, expiresAt };
        },
      }),
    );
    await worker.heartbeat(HEARTBEAT);
    expect(refusals).to.deep.equal(['token_bad_signature']);
    expect(served).to.have.length(1);
  });

  it('comes to an end even when its source always has another', async () => {
    let tokens = 0;
    const worker = connect({
      describe: () => 'endless',
      credential() {
        tokens += 1;
        return Promise.resolve({ token: `token-${tokens}` });
      },
      refused: () => true,
    });
    expect(await failureOf(worker.heartbeat(HEARTBEAT))).to.include({ reason: 'static_token_not_allowed' });
    expect(tokens).to.equal(16);
  });

  it('is not presented twice when its source has no other after all', async () => {
    const worker = connect({
      describe: () => 'stubborn',
      credential: () => Promise.resolve({ token: 'one' }),
      refused: () => true,
    });
    expect(await failureOf(worker.heartbeat(HEARTBEAT))).to.include({ code: 'unauthorized' });
    expect(refusals).to.have.length(1);
  });

  it('is told to its source with the reason and itself, and only on 401', async () => {
    const told: unknown[][] = [];
    const source = keyCredentialSource({ key: OLD, workerId: WORKER });
    const credentials: CredentialSource = {
      describe: () => 'observed',
      credential: () => source.credential(),
      refused(...about) {
        told.push(about);
        return false;
      },
    };
    const forbidden = createControlPlaneClient({ baseUrl: server.url, workerId: 'worker-b', credentials });
    await failureOf(forbidden.heartbeat(HEARTBEAT));
    forbidden.close();
    const { token } = await source.credential();
    expect(told).to.deep.equal([['token_worker_mismatch', token]]);
    await server.close();
    server = await serve((request, response) => {
      request.resume();
      response.writeHead(403).end('{"reason":"token_bad_signature"}');
    });
    await failureOf(connect(credentials).heartbeat(HEARTBEAT));
    expect(told).to.have.length(1);
  });

  it('of a source that is being asked when the call is cancelled is aborted', async () => {
    const worker = connect(issuerCredentialSource({ fetchToken: () => new Promise(() => undefined) }));
    const controller = new AbortController();
    const call = failureOf(worker.heartbeat(HEARTBEAT, { signal: controller.signal }));
    controller.abort();
    expect(await call).to.include({ name: 'ControlPlaneError', code: 'aborted' });
  });
});
