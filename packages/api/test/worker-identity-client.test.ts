import { expect } from 'chai';
import { createApiClient, type WorkerIdentityClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

describe('the client of worker identity', () => {
  let server: TestServer;
  let client: WorkerIdentityClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'an-admin-key-of-these-tests' }).workerIdentity;
  });
  afterEach(() => server.close());

  const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const collected: T[] = [];
    for await (const item of items) collected.push(item);
    return collected;
  };

  const calls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, string, unknown?]> = [
    [
      'issueToken',
      () => client.issueToken({ worker_id: 'w', ttl: '1m' }),
      { token: 't' },
      'POST /api/v1/admin/worker-tokens',
      { worker_id: 'w', ttl: '1m' },
    ],
    [
      'issuances',
      () => collect(client.issuances({ workerId: 'w' })),
      [{ token_id: 'j' }],
      'GET /api/v1/admin/worker-token-issuances?worker_id=w',
    ],
    [
      'revoke',
      () => client.revoke({ worker_id: 'w', reason: 'r' }),
      { id: 'rv-1' },
      'POST /api/v1/admin/worker-revocations',
      { worker_id: 'w', reason: 'r' },
    ],
    [
      'revocations',
      () => collect(client.revocations()),
      [{ id: 'rv-1' }],
      'GET /api/v1/admin/worker-revocations',
    ],
    [
      'createJoinToken',
      () => client.createJoinToken({ worker_id: 'w' }),
      { id: 'jt-1' },
      'POST /api/v1/admin/join-tokens',
      { worker_id: 'w' },
    ],
    [
      'joinTokens',
      () => collect(client.joinTokens({ workerId: 'w' })),
      [],
      'GET /api/v1/admin/join-tokens?worker_id=w',
    ],
    [
      'credentials',
      () => collect(client.credentials({ workerId: 'w', form: 'signed', keyFingerprint: 'f' })),
      [],
      'GET /api/v1/admin/worker-credentials?worker_id=w&form=signed&key_fingerprint=f',
    ],
    ['keys', () => client.keys(), { keys: [] }, 'GET /api/v1/admin/worker-keys'],
  ];
  for (const [name, call, answer, sent, body] of calls) {
    it(`sends ${name} as the contract says, and gives back the answer`, async () => {
      server.answer = (_request, response) => sendJson(response, 200, answer);
      expect(await call()).to.deep.equal(answer);
      const [request] = server.seen;
      expect(`${request?.method} ${request?.url}`).to.equal(sent);
      expect(request?.body === '' ? undefined : JSON.parse(request?.body ?? '')).to.deep.equal(body);
      expect(request?.headers['x-api-key']).to.equal('an-admin-key-of-these-tests');
    });
  }

  it('takes back and deletes by id, escaped', async () => {
    server.answer = (_request, response) => sendJson(response, 200, { status: 'done' });
    await client.removeRevocation('rv/1');
    await client.deleteJoinToken('jt/1');
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'DELETE /api/v1/admin/worker-revocations/rv%2F1',
      'DELETE /api/v1/admin/join-tokens/jt%2F1',
    ]);
  });

  it('follows a list from page to page with its filter', async () => {
    server.answer = ({ url }, response) =>
      sendJson(response, 200, [{ url }], url.includes('cursor') ? {} : { 'x-next-cursor': 'next' });
    const items = await collect(client.joinTokens({ workerId: 'w' }));
    expect(items).to.have.length(2);
    expect(server.seen[1]?.url).to.equal('/api/v1/admin/join-tokens?worker_id=w&cursor=next');
  });

  it('tells why it was refused', async () => {
    server.answer = (_request, response) =>
      sendJson(response, 429, {
        code: 'RESOURCE_LIMIT',
        message: 'm',
        reason: 'issue_limit',
        request_id: 'r',
      });
    const error = await rejection(client.issueToken({ worker_id: 'w' }), 'refused');
    expect(error).to.include({ status: 429, reason: 'issue_limit' });
  });
});
