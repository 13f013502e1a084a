import { expect } from 'chai';
import fc from 'fast-check';
import { createApiClient } from '../src/index.js';
import { pathWith } from '../src/path-parameters.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const BASE = 'http://127.0.0.1:1/api/v1';

describe('the parameters of a path', () => {
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['an empty one', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['half a surrogate pair', '\ud800'],
  ];

  describe('when a client is called', () => {
    let server: TestServer;
    before(async () => {
      server = await startServer();
      server.answer = (_request, response) => sendJson(response, 200, {});
    });
    after(() => server.close());

    for (const [name, id] of refused) {
      it(`${name} is refused, and nothing is sent`, async () => {
        const { tenants, files, people, ...client } = createApiClient({ baseUrl: server.url });
        const calls = [
          client.destroy(id),
          client.exec(id, { command: 'ls' }),
          files.stat(id, '/'),
          // As a step of a path, these would delete the tenant itself.
          tenants.members.remove('tn-1', id),
          people.revokeKey('tn-1', id),
        ];
        for (const call of calls) await rejection(call, 'invalid');
        expect(server.seen).to.deep.equal([]);
      });
    }
  });

  it('stay one segment of the path, whatever they are', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({
        unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', '?', '#', '\0', '\n', '{', '}', '$'),
        minLength: 1,
      }),
    );
    fc.assert(
      fc.property(anyText, (id) => {
        fc.pre(id !== '.' && id !== '..');
        const { pathname, search, hash } = new URL(pathWith(`${BASE}/sandboxes/{id}/logs`, { id }));
        expect([search, hash]).to.deep.equal(['', '']);
        const segments = pathname.split('/');
        expect(segments).to.have.length(6);
        expect(segments.toSpliced(4, 1)).to.deep.equal(['', 'api', 'v1', 'sandboxes', 'logs']);
        expect(decodeURIComponent(segments[4]!)).to.equal(id);
      }),
    );
  });

  it('are put in side by side', () => {
    const path = '/admin/tenants/{tenant_id}/members/{user_id}';
    expect(pathWith(path, { tenant_id: 'tn-1', user_id: 'auth0|1/2' })).to.equal(
      '/admin/tenants/tn-1/members/auth0%7C1%2F2',
    );
  });
});
