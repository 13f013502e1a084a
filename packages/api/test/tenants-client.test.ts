import { expect } from 'chai';
import { createApiClient, type TenantsClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const PATH = '/api/v1/admin/tenants';

describe('the client of tenants', () => {
  let server: TestServer;
  let client: TenantsClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'an-admin-key-of-these-tests' }).tenants;
  });
  afterEach(() => server.close());

  const all = async (items: AsyncIterable<unknown>): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  const tenant = { id: 'tn-1' };
  const member = { user_id: 'ada' };

  const calls: ReadonlyArray<readonly [string, () => Promise<unknown>, unknown, unknown, string, unknown?]> =
    [
      ['create', () => client.create({ name: 'A' }), { tenant }, tenant, `POST ${PATH}`, { name: 'A' }],
      ['list', () => all(client.list()), { tenants: [tenant] }, [tenant], `GET ${PATH}?limit=1000`],
      [
        'list with a filter',
        () => all(client.list({ ownerId: 'a&b', namePrefix: 'R' })),
        { tenants: [] },
        [],
        `GET ${PATH}?limit=1000&owner_id=a%26b&name_prefix=R`,
      ],
      ['get', () => client.get('tn-1'), { tenant }, tenant, `GET ${PATH}/tn-1`],
      [
        'update',
        () => client.update('tn-1', { owner_id: '' }),
        { tenant },
        tenant,
        `PATCH ${PATH}/tn-1`,
        { owner_id: '' },
      ],
      [
        'members.list',
        () => all(client.members.list('tn-1')),
        { members: [member] },
        [member],
        `GET ${PATH}/tn-1/members?limit=1000`,
      ],
      [
        'members.get',
        () => client.members.get('tn-1', 'a/b'),
        { member },
        member,
        `GET ${PATH}/tn-1/members/a%2Fb`,
      ],
      [
        'members.set',
        () => client.members.set('tn-1', 'ada', 'admin'),
        { member },
        member,
        `PUT ${PATH}/tn-1/members/ada`,
        { role: 'admin' },
      ],
    ];
  for (const [name, call, answer, result, sent, body] of calls) {
    it(`sends ${name} as the contract says, and gives back what is in the answer`, async () => {
      server.answer = (_request, response) => sendJson(response, 200, answer);
      expect(await call()).to.deep.equal(result);
      const [request] = server.seen;
      expect(`${request?.method} ${request?.url}`).to.equal(sent);
      expect(request?.body === '' ? undefined : JSON.parse(request?.body ?? '')).to.deep.equal(body);
      expect(request?.headers['x-tenant-id']).to.equal(undefined);
    });
  }

  it('takes answers without a body, and tells a refusal from them', async () => {
    server.answer = (_request, response) => void response.writeHead(204).end();
    await client.remove('tn-1');
    await client.remove('tn-1', { cascade: true });
    await client.members.remove('tn-1', 'ada');
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      `DELETE ${PATH}/tn-1`,
      `DELETE ${PATH}/tn-1?cascade=true`,
      `DELETE ${PATH}/tn-1/members/ada`,
    ]);
    server.answer = (_request, response) =>
      sendJson(response, 409, {
        code: 'CONFLICT',
        message: 'in use',
        reason: 'tenant_in_use',
        request_id: 'r',
      });
    const refusal = await rejection(client.remove('tn-1'), 'refused');
    expect(refusal).to.include({ status: 409, reason: 'tenant_in_use' });
  });

  it('follows the cursors of lists', async () => {
    server.answer = (request, response) => {
      const last = request.url?.includes('cursor=c1') === true;
      response.setHeader('X-Next-Cursor', last ? '' : 'c1');
      if (last) response.removeHeader('X-Next-Cursor');
      sendJson(response, 200, { tenants: [{ id: last ? 'tn-2' : 'tn-1' }] });
    };
    expect(await all(client.list())).to.deep.equal([{ id: 'tn-1' }, { id: 'tn-2' }]);
  });

  it('names the tenant that it acts for with every call', async () => {
    const acting = createApiClient({ baseUrl: server.url, apiKey: 'k', tenant: 'tn-1' });
    server.answer = (_request, response) => sendJson(response, 200, []);
    await all(acting.sandboxes());
    expect(server.seen[0]?.headers['x-tenant-id']).to.equal('tn-1');
  });
});
