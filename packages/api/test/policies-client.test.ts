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
