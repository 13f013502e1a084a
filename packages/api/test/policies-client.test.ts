import { expect } from 'chai';
import { createApiClient, type PoliciesClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const PATH = '/api/v1/admin/policies';

describe('the client of policies', () => {
  let server: TestServer;
  let client: PoliciesClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'an-admin-key-of-these-tests' }).policies;
  });
  afterEach(() => server.close());

  const listed = async (): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const item of client.list()) all.push(item);
    return all;
  };
  const rule = { resource_type: 'image', effect: 'deny', pattern: 'alpine' } as const;

  const calls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, string, unknown?]> = [
    ['create', () => client.create(rule), { id: 'pl-1' }, `POST ${PATH}`, rule],
    ['list', listed, [{ id: 'pl-1' }], `GET ${PATH}?limit=1000`],
    ['get', () => client.get('file:a.yaml#1'), { id: 'x' }, `GET ${PATH}/file%3Aa.yaml%231`],
    [
      'update',
      () => client.update('pl-1', { mode: 'warn' }),
      { id: 'pl-1' },
      `PATCH ${PATH}/pl-1`,
      { mode: 'warn' },
    ],
    [
      'evaluate',
      () => client.evaluate({ image: 'alpine' }),
      { allowed: true },
      `POST ${PATH}/evaluate`,
      { image: 'alpine' },
    ],
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

  describe('of a tenant', () => {
    const OF_TENANT = '/api/v1/admin/tenants/tn-a/policies';
    const tenantCalls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, string]> = [
      ['create', () => client.ofTenant('tn-a').create(rule), { policy: { id: 'pl-1' } }, `POST ${OF_TENANT}`],
      ['list', () => client.ofTenant('tn-a').list(), { policies: [{ id: 'pl-1' }] }, `GET ${OF_TENANT}`],
      ['get', () => client.ofTenant('tn-a').get('pl-1'), { policy: { id: 'pl-1' } }, `GET ${OF_TENANT}/pl-1`],
      [
        'update',
        () => client.ofTenant('tn-a').update('pl-1', { mode: 'warn' }),
        { policy: { id: 'pl-1' } },
        `PATCH ${OF_TENANT}/pl-1`,
      ],
    ];
    for (const [name, call, answer, sent] of tenantCalls) {
      it(`sends ${name} as the contract says, and gives back what is in the answer`, async () => {
        server.answer = (_request, response) => sendJson(response, 200, answer);
        expect(await call()).to.deep.equal(Object.values(answer as object)[0]);
        const [request] = server.seen;
        expect(`${request?.method} ${request?.url}`).to.equal(sent);
      });
    }

    it('removes, and tells why it was refused', async () => {
      server.answer = (_request, response) => void response.writeHead(204).end();
      await client.ofTenant('tn-a').remove('pl-1');
      expect(server.seen[0]).to.include({ method: 'DELETE', url: `${OF_TENANT}/pl-1` });
      server.answer = (_request, response) =>
        sendJson(response, 403, {
          code: 'FORBIDDEN',
          message: 'm',
          reason: 'policy_reserved',
          request_id: 'r',
        });
      const error = await rejection(client.ofTenant('tn-a').remove('pl-1'), 'refused');
      expect(error).to.include({ status: 403, reason: 'policy_reserved' });
    });
  });

  it('removes by id, escaped', async () => {
    server.answer = (_request, response) => sendJson(response, 200, { status: 'deleted' });
    await client.remove('file:a.yaml#1');
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      `DELETE ${PATH}/file%3Aa.yaml%231`,
    ]);
  });

  it('tells why it was refused', async () => {
    server.answer = (_request, response) =>
      sendJson(response, 409, {
        code: 'CONFLICT',
        message: 'm',
        reason: 'policy_from_file',
        request_id: 'r',
      });
    const error = await rejection(client.remove('file:a.yaml#1'), 'refused');
    expect(error).to.include({ status: 409, reason: 'policy_from_file' });
  });
});
