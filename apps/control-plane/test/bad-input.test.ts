import { expect } from 'chai';
import { exchange, type Json, parseAnswer, rawRequest, spawnSandbox } from './api-calls.js';
import { BAD_REQUESTS, type BadRequest } from './bad-requests.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('bad input', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  let running: string;
  before(async () => {
    fixture = await startFixture();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    running = await spawnSandbox(fixture);
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  async function send({ to, body, raw, headers }: Omit<BadRequest, 'status' | 'reason'>): Promise<string> {
    const [method = '', path = ''] = to.split(' ');
    const content = raw ?? (body === undefined ? '' : JSON.stringify(withMock(method, path, body)));
    const chunked = headers?.['transfer-encoding'] !== undefined;
    const bytes = Buffer.from(content as Uint8Array);
    const request = Buffer.concat([
      rawRequest(method, path.replace(':id', running), {
        'x-api-key': fixture.apiKey,
        ...(chunked || bytes.length === 0 ? {} : { 'content-length': String(bytes.length) }),
        ...headers,
      }),
      bytes,
    ]);
    return exchange(fixture.port, request);
  }

  async function spawned(): Promise<readonly string[]> {
    const { items } = await fixture.store.sandboxes.list({ limit: 1000 });
    return items.map(({ id }) => id);
  }

  for (const [suite, cases] of Object.entries(BAD_REQUESTS)) {
    describe(suite, () => {
      for (const request of cases) {
        it(`${request.to.slice(0, 40)} with ${request.name}: ${request.status} ${request.reason}`, async () => {
          const { status, head, body } = parseAnswer(await send(request));
          expect([status, body['reason']]).to.deep.equal([request.status, request.reason]);
          expect(body).to.have.all.keys('code', 'message', 'reason', 'request_id');
          expect(body['code']).to.match(/^[A-Z_]+$/);
          expect(String(body['message']).length, 'the message').to.be.within(1, 1_000);
          expect(head).to.contain(String(body['request_id']));
          expect(JSON.stringify(body)).not.to.match(
            /\bat \/|node_modules|node:|\.js:|Error:|encoding "UTF8"/,
          );
          expect(await spawned(), 'what runs').to.deep.equal([running]);
        });
      }
    });
  }

  it('is at least a hundred cases, each told once', () => {
    const all = Object.values(BAD_REQUESTS).flat();
    expect(all.length).to.be.at.least(100);
  });

  it('leaves no error of ours in the log', () => {
    const errors = fixture.logs
      .text()
      .split('\n')
      .filter((line) => line.includes('"level":"error"'));
    expect(errors).to.deep.equal([]);
  });

  const methods = [
    { path: '/api/v1/sandboxes', allowed: ['GET', 'POST', 'HEAD'] },
    { path: '/api/v1/sandboxes/sb-1', allowed: ['DELETE', 'GET', 'HEAD'] },
    { path: '/api/v1/sandboxes/sb-1/exec', allowed: ['POST'] },
    { path: '/api/v1/sandboxes/sb-1/logs', allowed: ['GET', 'HEAD'] },
    { path: '/api/v1/workers', allowed: ['GET', 'HEAD'] },
    { path: '/api/v1/workers/w', allowed: ['GET', 'HEAD'] },
    { path: '/api/v1/health', allowed: ['GET', 'HEAD'] },
    { path: '/ready', allowed: ['GET', 'HEAD'] },
  ];
  for (const { path, allowed } of methods) {
    it(`${path} answers other methods with 405 and Allow: ${allowed.join(', ')}`, async () => {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'].filter(
        (method) => !allowed.includes(method),
      );
      for (const method of others) {
        const { status, head, body } = parseAnswer(await send({ name: '', to: `${method} ${path}` }));
        expect(status, method).to.equal(405);
        const allow = /^allow: (.*)$/im.exec(head)?.[1]?.split(', ');
        expect(allow, method).to.have.members(allowed);
        if (method !== 'HEAD') expect(body['reason'], method).to.equal('method_not_allowed');
      }
    });
  }
});

/** Spawns go to the provider that is there at once, unless the case is about providers. */
function withMock(method: string, path: string, body: unknown): unknown {
  const isSpawn = method === 'POST' && path === '/api/v1/sandboxes';
  return isSpawn ? { provider: 'mock', ...(body as Json) } : body;
}
