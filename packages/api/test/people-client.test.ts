import { expect } from 'chai';
import { createApiClient, type PeopleClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const ADMIN = '/api/v1/admin';

describe('the client of people', () => {
  let server: TestServer;
  let client: PeopleClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'an-admin-key-of-these-tests' }).people;
  });
  afterEach(() => server.close());

  const all = async (items: AsyncIterable<unknown>): Promise<unknown[]> => {
    const collected: unknown[] = [];
    for await (const item of items) collected.push(item);
    return collected;
  };
  const wanted = { name: 'ci', role: 'api' } as const;
  const revocation = { subject: 'ada', reason: 'left' };

  const calls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, string, unknown?]> = [
    [
      'createTenantKey',
      () => client.createTenantKey('tn-1', wanted),
      { id: 'ak-1' },
      `POST ${ADMIN}/tenants/tn-1/api-keys`,
      wanted,
    ],
    [
      'createPlatformKey',
      () => client.createPlatformKey(wanted),
      { id: 'ak-1' },
      `POST ${ADMIN}/api-keys`,
      wanted,
    ],
    [
      'keys of a tenant',
      () => all(client.keys('tn-1')),
      [{ id: 'ak-1' }],
      `GET ${ADMIN}/tenants/tn-1/api-keys`,
    ],
    ['keys of the platform', () => all(client.keys(undefined)), [{ id: 'ak-1' }], `GET ${ADMIN}/api-keys`],
    [
      'revokeKey of a tenant',
      () => client.revokeKey('tn-1', 'ak-1'),
      { id: 'ak-1' },
      `DELETE ${ADMIN}/tenants/tn-1/api-keys/ak-1`,
    ],
    [
      'revokeKey of the platform',
      () => client.revokeKey(undefined, 'ak-1'),
      { id: 'ak-1' },
      `DELETE ${ADMIN}/api-keys/ak-1`,
    ],
    ['revoke', () => client.revoke(revocation), { id: 'pv-1' }, `POST ${ADMIN}/auth/revocations`, revocation],
    ['revocations', () => all(client.revocations()), [{ id: 'pv-1' }], `GET ${ADMIN}/auth/revocations`],
    [
      'explain',
      () => client.explain({ token: 'a.b.c' }),
      { accepted: false, checks: [] },
      `POST ${ADMIN}/auth/explain`,
      { token: 'a.b.c' },
    ],
  ];
  for (const [name, act, answer, request, body] of calls) {
    it(`${name} asks for what it means`, async () => {
      server.answer = (_request, response) => sendJson(response, 200, answer);
      expect(await act()).to.deep.equal(answer);
      const [asked] = server.seen;
      expect(`${asked?.method} ${asked?.url}`).to.equal(request);
      if (body !== undefined) expect(JSON.parse(asked?.body ?? '')).to.deep.equal(body);
    });
  }

  it('passes refusals on', async () => {
    server.answer = (_request, response) =>
      sendJson(response, 404, { code: 'NOT_FOUND', message: 'm', reason: 'not_found', request_id: 'r' });
    expect(await rejection(client.removeRevocation('pv-1'), 'refused')).to.include({ status: 404 });
  });
});
