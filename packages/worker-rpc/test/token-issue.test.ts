import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import {
  type ControlPlaneClient,
  type CredentialSource,
  createControlPlaneClient,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type IssueWorkerToken,
  issuerCredentialSource,
  keyCredentialSource,
  staticCredentialSource,
} from '../src/index.js';
import { failureOf, MASTER_KEY, OTHER_KEY, serve, type TestServer, WORKER } from './worker-fixture.js';

const KEY = deriveWorkerKey(MASTER_KEY, WORKER);

describe('tokens of the control plane’s issuing', () => {
  let server: TestServer;
  let client: ControlPlaneClient | undefined;
  let issued: string[];

  afterEach(async () => {
    client?.close();
    await server.close();
  });

  async function start(
    credentials: CredentialSource,
    onIssueToken?: IssueWorkerToken,
  ): Promise<ControlPlaneClient> {
    const verifier = createWorkerTokenVerifier({
      keyring: createKeyring({ active: MASTER_KEY }),
      audience: 'worker:control-plane',
    });
    const unused = () => Promise.reject(new Error('not asked for here'));
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({ verifier }),
      onHeartbeat: unused,
      onRenewLease: unused,
      onIssueToken,
    });
    server = await serve((request, response) => void endpoint(request, response));
    client = createControlPlaneClient({ baseUrl: server.url, workerId: WORKER, credentials });
    return client;
  }

  const issue: IssueWorkerToken = async (workerId) => {
    const { token, claims } = mintWorkerToken({
      key: MASTER_KEY,
      workerId,
      audience: 'worker:control-plane',
      ttlSeconds: 300,
    });
    issued.push(claims.tokenId);
    return { token, tokenId: claims.tokenId, issuedAt: claims.issuedAt, expiresAt: claims.expiresAt };
  };

  beforeEach(() => {
    issued = [];
  });

  it('are got with a token that the worker signs, and are good themselves', async () => {
    const bootstrap = await start(keyCredentialSource({ key: KEY, workerId: WORKER }), issue);
    const token = await bootstrap.issueToken();
    expect(issued).to.deep.equal([token.tokenId]);
    expect(token.expiresAt.getTime() - token.issuedAt.getTime()).to.equal(300_000);
    const next = createControlPlaneClient({
      baseUrl: server.url,
      workerId: WORKER,
      credentials: staticCredentialSource({ token: token.token }),
    });
    expect((await next.issueToken()).tokenId).not.to.equal(token.tokenId);
    next.close();
  });

  it('serve an issuer source, which asks once for many requests', async () => {
    const bootstrap = await start(keyCredentialSource({ key: KEY, workerId: WORKER }), issue);
    const source = issuerCredentialSource({ fetchToken: (signal) => bootstrap.issueToken({ signal }) });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => source.credential()));
    expect(new Set(tokens.map(({ token }) => token)).size).to.equal(1);
    expect(issued).to.have.length(1);
  });

  // Made when they are needed: tokens do not live as long as a run of all suites.
  const refused: ReadonlyArray<readonly [string, () => CredentialSource, string]> = [
    ['another key', () => keyCredentialSource({ key: OTHER_KEY, workerId: WORKER }), 'token_bad_signature'],
    [
      'a token without the scope for heartbeats',
      () =>
        staticCredentialSource({
          token: mintWorkerToken({
            key: KEY,
            workerId: WORKER,
            audience: 'worker:control-plane',
            ttlSeconds: 60,
            scopes: ['worker:lease'],
          }).token,
        }),
      'missing_scope',
    ],
    [
      'a token for RPC',
      () =>
        staticCredentialSource({
          token: mintWorkerToken({ key: KEY, workerId: WORKER, audience: 'worker:rpc', ttlSeconds: 60 })
            .token,
        }),
      'token_audience_mismatch',
    ],
  ];
  for (const [name, credentials, reason] of refused) {
    it(`are not for ${name}`, async () => {
      expect((await failureOf((await start(credentials(), issue)).issueToken()))['reason']).to.equal(reason);
      expect(issued).to.deep.equal([]);
    });
  }

  it('are nothing that a control plane must offer', async () => {
    const bootstrap = await start(keyCredentialSource({ key: KEY, workerId: WORKER }));
    expect(await failureOf(bootstrap.issueToken())).to.include({ code: 'not_found', status: 404 });
  });
});
