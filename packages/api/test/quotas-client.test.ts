import { expect } from 'chai';
import { createApiClient, type QuotasClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const ADMIN = '/api/v1/admin';

describe('the client of quotas', () => {
  let server: TestServer;
  let client: QuotasClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'an-admin-key-of-these-tests' }).quotas;
  });
  afterEach(() => server.close());

  const ada = { owner: 'oidc:ada' };
  const team = { tenant: 'tn-1' };
  const listed = async (): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const item of client.list()) all.push(item);
    return all;
  };

  const calls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, string, unknown?]> = [
    ['list', listed, [{ owner_id: 'a' }], `GET ${ADMIN}/quotas?limit=1000`],
    ['get of an owner', () => client.get(ada), { owner_id: 'a' }, `GET ${ADMIN}/quotas/oidc%3Aada`],
    ['get of a tenant', () => client.get(team), { tenant_id: 't' }, `GET ${ADMIN}/tenants/tn-1/quota`],
    [
      'set of an owner',
      () => client.set(ada, { max_vcpus: 2 }),
      { owner_id: 'a' },
      `PUT ${ADMIN}/quotas/oidc%3Aada`,
      { max_vcpus: 2 },
    ],
    [
      'set of a tenant',
      () => client.set(team, {}),
      { tenant_id: 't' },
      `PUT ${ADMIN}/tenants/tn-1/quota`,
      {},
    ],
    ['usage of an owner', () => client.usage(ada), { max_ttl: '1h' }, `GET ${ADMIN}/quotas/oidc%3Aada/usage`],
    [
      'usage of a tenant',
      () => client.usage(team),
      { max_ttl: '1h' },
      `GET ${ADMIN}/tenants/tn-1/quota/usage`,
    ],
  ];
  for (const [name, call, answer, sent, body] of calls) {
    it(`sends ${name} as the contract says, and gives back the answer`, async () => {
      server.answer = (_request, response) => sendJson(response, 200, answer);
      expect(await call()).to.deep.equal(answer);
      const [request] = server.seen;
      expect(`${request?.method} ${request?.url}`).to.equal(sent);
      expect(request?.body === '' ? undefined : JSON.parse(request?.body ?? '')).to.deep.equal(body);
    });
  }

  it('removes those of owners and of tenants', async () => {
    server.answer = (_request, response) => sendJson(response, 200, { status: 'deleted' });
    await client.remove(ada);
    await client.remove(team);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      `DELETE ${ADMIN}/quotas/oidc%3Aada`,
      `DELETE ${ADMIN}/tenants/tn-1/quota`,
    ]);
  });

  it('tells why it was refused', async () => {
    server.answer = (_request, response) =>
      sendJson(response, 404, {
        code: 'NOT_FOUND',
        message: 'm',
        reason: 'quota_not_found',
        request_id: 'r',
      });
    expect(await rejection(client.get(ada), 'refused')).to.include({
      status: 404,
      reason: 'quota_not_found',
    });
  });
});
