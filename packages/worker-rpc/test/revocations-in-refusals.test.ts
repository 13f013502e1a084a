import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import {
  ControlPlaneError,
  createControlPlaneClient,
  createRevocationList,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  keyCredentialSource,
  type RevocationFeed,
} from '../src/index.js';
import { failureOf, MASTER_KEY, OTHER_KEY, serve, type TestServer, WORKER } from './worker-fixture.js';

const FEED: RevocationFeed = {
  version: 7,
  entries: [
    { kind: 'worker', workerId: WORKER, issuedBefore: new Date('9999-12-31T23:59:59.000Z') },
    { kind: 'token', tokenId: 'leaked' },
  ],
};
const HEARTBEAT = { hostname: 'n', status: 'online', providers: null, capabilities: [], capacity: {} };

describe('what is revoked, in the answer to a revoked worker', () => {
  let server: TestServer;
  afterEach(() => server.close());

  async function refusal(key: string, revocationsOf: (workerId: string) => RevocationFeed) {
    const revocations = createRevocationList();
    revocations.replace(FEED.version, FEED.entries);
    const unused = () => Promise.reject(new Error('not asked for here'));
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({
        verifier: createWorkerTokenVerifier({
          keyring: createKeyring({ active: MASTER_KEY }),
          audience: 'worker:control-plane',
          isRevoked: revocations.isRevoked,
        }),
      }),
      onHeartbeat: unused,
      onRenewLease: unused,
      revocationsOf,
    });
    server = await serve((request, response) => void endpoint(request, response));
    const client = createControlPlaneClient({
      baseUrl: server.url,
      workerId: WORKER,
      credentials: keyCredentialSource({ key, workerId: WORKER }),
    });
    const failure = await failureOf(client.heartbeat(HEARTBEAT));
    client.close();
    return failure;
  }

  it('reaches a worker whose signature is good', async () => {
    const asked: string[] = [];
    const failure = await refusal(deriveWorkerKey(MASTER_KEY, WORKER), (workerId) => {
      asked.push(workerId);
      return FEED;
    });
    expect(failure).to.be.instanceOf(ControlPlaneError).and.include({ reason: 'token_revoked' });
    expect(failure['revocations']).to.deep.equal(FEED);
    expect(new Set(asked)).to.deep.equal(new Set([WORKER]));
  });

  it('is not told to anybody else', async () => {
    const failure = await refusal(OTHER_KEY, () => FEED);
    expect(failure).to.include({ reason: 'token_bad_signature' });
    expect(failure['revocations']).to.equal(undefined);
  });
});
