import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { admin, auditOf } from './admin-calls.js';
import { call, exchange, type Json, parseAnswer, rawRequest } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';

/** RFC 9110, section 9.3.2. Every route with every credential: test/matrix/every-route.ts. */
describe('HEAD', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  const logged = (requestId: string): Promise<Json> =>
    eventually(() => {
      const lines = fixture.logs.text().split('\n');
      const line = lines.find((each) => each.includes(requestId));
      if (line === undefined) throw new Error('it is not logged');
      return JSON.parse(line) as Json;
    });

  for (const path of ['/health', '/live', '/ready', '/api/v1/health', '/api/v1/live', '/api/v1/ready']) {
    it(`${path} is answered to anybody, with the headers of GET and nothing behind them`, async () => {
      const asked = async (method: string) =>
        exchange(fixture.port, rawRequest(method, path, { connection: 'close' }));
      const [before, ofHead, after] = [await asked('GET'), await asked('HEAD'), await asked('GET')];
      const [head = '', ...content] = ofHead.split('\r\n\r\n');
      expect(head).to.match(/^HTTP\/1\.1 200 /);
      expect(content.join('')).to.equal('');
      // What is told of the uptime may have become longer meanwhile.
      expect([before, after].map((answer) => headersOf(parseAnswer(answer).head))).to.deep.include(
        headersOf(head),
      );
    });
  }

  it('is refused where GET is, in the same way', async () => {
    const refused = await call(fixture, '/sandboxes', { method: 'HEAD', key: null });
    expect(refused.status).to.equal(401);
    expect(refused.headers.get('www-authenticate')).to.be.a('string');
    expect((await call(fixture, '/admin/audit', { method: 'HEAD' })).status).to.equal(403);
    expect((await call(fixture, '/sandboxes/sb-none', { method: 'HEAD' })).status).to.equal(404);
    expect((await call(fixture, '/sandboxes?limit=x', { method: 'HEAD' })).status).to.equal(400);
  });

  it('is refused with 405 where nothing can be read', async () => {
    const { status, headers } = await call(fixture, '/sandboxes/sb-none/exec', { method: 'HEAD' });
    expect([status, headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('is audited as GET is, refusals too', async () => {
    const audited = async (method: string, path: string, key = fixture.adminKey) => {
      const id = randomUUID();
      await call(fixture, path, { method, key, headers: { 'x-request-id': id } });
      const { action, category, outcome, reason, status, detail } = await auditOf(fixture, id);
      return { action, category, outcome, reason, status, detail };
    };
    for (const path of ['/admin/audit?limit=3', '/admin/audit?format=csv', '/admin/worker-keys']) {
      expect(await audited('HEAD', path), path).to.deep.equal(await audited('GET', path));
      expect(await audited('HEAD', path, fixture.apiKey), path).to.deep.include({ outcome: 'denied' });
    }
  });

  it('announces no change, as it makes none', async () => {
    const { items: before } = await fixture.store.audit.list({ limit: 1000 });
    await admin(fixture, '/worker-keys', { method: 'HEAD' });
    const { items } = await fixture.store.audit.list({ limit: 1000 });
    expect(items.slice(0, items.length - before.length).map(({ phase }) => phase)).to.deep.equal(['outcome']);
  });

  it('of the events, which have no end, ends with the headers', async () => {
    const id = randomUUID();
    const request = rawRequest('HEAD', '/api/v1/events', {
      'x-api-key': fixture.apiKey,
      'x-request-id': id,
      connection: 'keep-alive',
    });
    const [head = '', ...content] = (await exchange(fixture.port, request)).split('\r\n\r\n');
    expect(head).to.match(/^HTTP\/1\.1 200 /);
    expect(head)
      .to.match(/^content-type: text\/event-stream/im)
      .and.to.match(/^connection: close$/im);
    expect(content.join('')).to.equal('');
    // The signal of the request has fired, so that nobody goes on writing.
    expect(await logged(id)).to.include({ method: 'HEAD', aborted: true });
  });

  it('is HEAD in the log', async () => {
    const id = randomUUID();
    await call(fixture, '/health', { method: 'HEAD', headers: { 'x-request-id': id } });
    expect(await logged(id)).to.include({ method: 'HEAD', status: 200 });
  });
});

/** The names and values of all headers, but for those that no two answers have in common. */
function headersOf(head: string): readonly string[] {
  const [, ...lines] = head.split('\r\n');
  return lines.filter((line) => !/^(date|x-request-id):/i.test(line)).sort();
}
