import { expect } from 'chai';
import { call, exchange, parseAnswer, rawRequest } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the HTTP application', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  describe('request ids', () => {
    const kept = ['a', 'trace-1.2_3', 'A'.repeat(128)];
    for (const id of kept) {
      it(`keeps ${id.slice(0, 20)} of ${id.length} characters, in the answer, the error and the log`, async () => {
        const answer = await call(fixture, '/workers/none', { headers: { 'X-Request-ID': id } });
        expect(answer.headers.get('x-request-id')).to.equal(id);
        expect(answer.body['request_id']).to.equal(id);
        await eventually(() => {
          const logged = fixture.logs.records('request').filter((record) => record['request_id'] === id);
          expect(logged).to.have.length(1);
          expect(logged[0]).to.include({ method: 'GET', path: '/api/v1/workers/none', status: 404 });
        });
      });
    }

    const replaced = ['', 'a b', 'A'.repeat(129), 'x"}{', '<script>', 'a,b', 'ä'];
    for (const id of replaced) {
      it(`replaces ${JSON.stringify(id.slice(0, 20))} of ${id.length} characters`, async () => {
        const answer = parseAnswer(
          await exchange(
            fixture.port,
            rawRequest('GET', '/api/v1/workers/none', { 'x-api-key': fixture.apiKey, 'x-request-id': id }),
          ),
        );
        expect(answer.body['request_id']).to.match(UUID);
        expect(answer.head.toLowerCase()).to.contain(
          `x-request-id: ${String(answer.body['request_id']).toLowerCase()}`,
        );
      });
    }

    it('gives every request its own', async () => {
      const ids = await Promise.all(
        Array.from({ length: 5 }, async () => (await call(fixture, '/health')).headers.get('x-request-id')),
      );
      expect(new Set(ids).size).to.equal(5);
    });
  });

  const answers: ReadonlyArray<readonly [string, string, string | null | undefined, number]> = [
    ['a probe', '/health', null, 200],
    ['data', '/sandboxes', undefined, 200],
    ['a refusal', '/sandboxes', null, 401],
    ['what is not there', '/nothing', undefined, 404],
  ];
  for (const [name, path, key, status] of answers) {
    it(`tells browsers to run, load and frame nothing of ${name}, and caches to keep nothing`, async () => {
      const answer = await call(fixture, path, key === undefined ? {} : { key });
      expect(answer.status).to.equal(status);
      expect(Object.fromEntries(answer.headers)).to.include({
        'content-security-policy':
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(answer.headers.get('strict-transport-security')).to.match(/^max-age=\d{8}/);
    });
  }

  it('does not say what it is made of', async () => {
    const { headers } = await call(fixture, '/health');
    expect(headers.get('x-powered-by')).to.equal(null);
    expect(headers.get('etag')).to.equal(null);
    expect(headers.get('server')).to.equal(null);
  });

  it('does not write the query of a request into the log', async () => {
    await call(fixture, '/workers?cursor=only-for-me', { headers: { 'X-Request-ID': 'with-query' } });
    await eventually(() => expect(fixture.logs.text()).to.contain('with-query'));
    expect(fixture.logs.text()).not.to.contain('only-for-me');
  });

  it('reads a JSON body whatever the content type says, or when it says nothing', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded; charset=x']) {
      const { status, body } = await call(fixture, '/sandboxes', {
        body: '{"ttl":"soon"}',
        headers: { 'content-type': type },
      });
      expect([status, body['reason']], type).to.deep.equal([400, 'invalid_duration']);
    }
    const answer = await exchange(
      fixture.port,
      rawRequest('POST', '/api/v1/sandboxes', { 'x-api-key': fixture.apiKey }, '{"ttl":"soon"}'),
    );
    expect(parseAnswer(answer).body['reason']).to.equal('invalid_duration');
  });
});
