import { expect } from 'chai';
import { type ApiClient, createApiClient } from '../src/index.js';
import { eventually, rejection, SANDBOX, sendJson, startServer, type TestServer } from './http-fixture.js';

const API_KEY = 'an-api-key-of-these-tests';

describe('createApiClient', () => {
  let server: TestServer;
  let client: ApiClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: API_KEY });
  });
  afterEach(() => server.close());

  const lastRequest = () => {
    const { method, url, body } = server.seen.at(-1)!;
    return { method, url, body: body === '' ? undefined : JSON.parse(body) };
  };
  const answer = (status: number, body: unknown, headers = {}): void => {
    server.answer = (_request, response) => sendJson(response, status, body, headers);
  };

  it('tells of a spawn what policies on trial would have denied', async () => {
    const warnings: string[] = [];
    const onPolicyWarning = (warning: string): void => void warnings.push(warning);
    answer(201, SANDBOX);
    await client.spawn({ image: 'host' }, { onPolicyWarning });
    answer(201, SANDBOX, { 'x-policy-warning': 'pl-1 would deny image host' });
    expect(await client.spawn({ image: 'host' }, { onPolicyWarning })).to.deep.equal(SANDBOX);
    expect(warnings).to.deep.equal(['pl-1 would deny image host']);
  });

  describe('requests', () => {
    const calls: ReadonlyArray<
      readonly [string, number, unknown, () => Promise<unknown>, unknown, string, string, unknown]
    > = [
      [
        'spawn',
        201,
        SANDBOX,
        () => client.spawn({ image: 'host', ttl: '5m' }),
        SANDBOX,
        'POST',
        '/api/v1/sandboxes',
        { image: 'host', ttl: '5m' },
      ],
      ['get', 200, SANDBOX, () => client.get('sb-1'), SANDBOX, 'GET', '/api/v1/sandboxes/sb-1', undefined],
      [
        'extend',
        200,
        SANDBOX,
        () => client.extend('sb-1', '30m'),
        SANDBOX,
        'POST',
        '/api/v1/sandboxes/sb-1/extend',
        { ttl: '30m' },
      ],
      [
        'exec',
        200,
        { exit_code: 3, stdout: 'a', stderr: 'b', duration: '12ms' },
        () => client.exec('sb-1', { command: 'ls' }),
        { exit_code: 3, stdout: 'a', stderr: 'b', duration: '12ms' },
        'POST',
        '/api/v1/sandboxes/sb-1/exec',
        { command: 'ls' },
      ],
      [
        'logs',
        200,
        ['one', 'two'],
        () => client.logs('sb-1', 50),
        ['one', 'two'],
        'GET',
        '/api/v1/sandboxes/sb-1/logs?lines=50',
        undefined,
      ],
      [
        'empty logs',
        200,
        [],
        () => client.logs('sb-1', 1),
        [],
        'GET',
        '/api/v1/sandboxes/sb-1/logs?lines=1',
        undefined,
      ],
      [
        'destroy',
        200,
        { status: 'destroyed' },
        () => client.destroy('sb-1'),
        undefined,
        'DELETE',
        '/api/v1/sandboxes/sb-1',
        undefined,
      ],
    ];
    for (const [name, status, body, call, result, method, url, sent] of calls) {
      it(`sends ${name} as the contract says`, async () => {
        answer(status, body);
        expect(await call()).to.deep.equal(result);
        expect(lastRequest()).to.deep.equal({ method, url, body: sent });
        expect(server.seen[0]!.headers['x-api-key']).to.equal(API_KEY);
      });
    }

    it('sends no key when it has none', async () => {
      answer(200, SANDBOX);
      await createApiClient({ baseUrl: server.url }).get('sb-1');
      expect(server.seen[0]!.headers).to.not.have.property('x-api-key');
    });

    it('accepts a base URL that ends in slashes', async () => {
      answer(200, SANDBOX);
      await createApiClient({ baseUrl: `${server.url}//` }).get('sb-1');
      expect(lastRequest().url).to.equal('/api/v1/sandboxes/sb-1');
    });

    it('escapes an id, so that it stays one part of the path', async () => {
      answer(200, SANDBOX);
      await client.get('../workers?x#y');
      expect(lastRequest().url).to.equal('/api/v1/sandboxes/..%2Fworkers%3Fx%23y');
    });

    it('uses the fetch that it is given', async () => {
      const own = createApiClient({
        baseUrl: 'http://nowhere.invalid',
        fetch: async () => Response.json(SANDBOX),
      });
      expect(await own.get('sb-1')).to.deep.equal(SANDBOX);
    });

    it('tells the readiness whether it is ready or not', async () => {
      const readiness = {
        status: 'not_ready',
        version: '0.1.0',
        uptime: '3s',
        checks: { database: 'unavailable', workers: 'unknown', draining: 'ok' },
      };
      answer(503, readiness);
      expect(await client.ready()).to.deep.equal(readiness);
      answer(200, { ...readiness, status: 'ready' });
      expect((await client.ready()).status).to.equal('ready');
    });

    it('does not take a refusal for a readiness', async () => {
      answer(403, {
        code: 'FORBIDDEN',
        message: 'pages of this origin may not call',
        reason: 'origin_not_allowed',
        request_id: 'r',
      });
      const refusal = await rejection(client.ready(), 'refused');
      expect(refusal).to.include({ status: 403, reason: 'origin_not_allowed' });
    });
  });

  describe('lists', () => {
    const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
      const collected: T[] = [];
      for await (const item of items) collected.push(item);
      return collected;
    };

    it('follow X-Next-Cursor until there is none', async () => {
      const pages: Record<string, readonly [readonly object[], string | undefined]> = {
        '/api/v1/sandboxes': [
          [
            { ...SANDBOX, id: 'sb-1' },
            { ...SANDBOX, id: 'sb-2' },
          ],
          'two & more',
        ],
        '/api/v1/sandboxes?cursor=two%20%26%20more': [[], 'three'],
        '/api/v1/sandboxes?cursor=three': [[{ ...SANDBOX, id: 'sb-3' }], undefined],
      };
      server.answer = ({ url }, response) => {
        const [items, next] = pages[url] ?? [[], undefined];
        sendJson(response, 200, items, next === undefined ? {} : { 'x-next-cursor': next });
      };
      const sandboxes = await collect(client.sandboxes());
      expect(sandboxes.map(({ id }) => id)).to.deep.equal(['sb-1', 'sb-2', 'sb-3']);
      expect(server.seen.map(({ url }) => url)).to.deep.equal(Object.keys(pages));
    });

    it('fetch a page only when it is wanted', async () => {
      answer(200, [SANDBOX, SANDBOX], { 'x-next-cursor': 'more' });
      for await (const _ of client.sandboxes()) break;
      expect(server.seen).to.have.length(1);
    });

    it('of workers have their own path', async () => {
      answer(200, []);
      expect(await collect(client.workers())).to.deep.equal([]);
      expect(lastRequest().url).to.equal('/api/v1/workers');
    });

    it('fail when a page is refused', async () => {
      answer(401, { code: 'UNAUTHORIZED', message: 'no key', reason: 'api_key_missing', request_id: 'r' });
      const error = await rejection(collect(client.sandboxes()), 'refused');
      expect(error.reason).to.equal('api_key_missing');
    });
  });

  describe('errors', () => {
    it('tell what the control plane said', async () => {
      answer(404, {
        code: 'NOT_FOUND',
        message: 'sandbox not found: sb-1',
        reason: 'sandbox_not_found',
        request_id: '3f1c',
      });
      const error = await rejection(client.get('sb-1'), 'refused');
      expect(error).to.include({
        message: 'sandbox not found: sb-1',
        status: 404,
        code: 'NOT_FOUND',
        reason: 'sandbox_not_found',
        requestId: '3f1c',
      });
    });

    it('tell that nobody listens, and where', async () => {
      await server.close();
      const error = await rejection(client.get('sb-1'), 'unreachable');
      expect(error.message).to.include(server.url).and.include('ECONNREFUSED');
      expect(error.status).to.equal(undefined);
    });

    it('tell that the connection ended without an answer', async () => {
      server.answer = (_request, response) => response.destroy();
      await rejection(client.get('sb-1'), 'unreachable');
    });

    it('tell that the connection ended within the answer', async () => {
      server.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"id":', () => response.destroy());
      };
      await rejection(client.get('sb-1'), 'unreachable');
    });

    const strangers: ReadonlyArray<readonly [string, number, string]> = [
      ['a page instead of JSON', 200, '<html>Welcome</html>'],
      ['a page as an error', 502, '<html>Bad Gateway</html>'],
      ['an error without a body', 500, ''],
      ['an error that is no object', 500, '"broken"'],
      ['an error without a message', 500, '{"status":"broken"}'],
    ];
    for (const [name, status, body] of strangers) {
      it(`take ${name} for a broken protocol`, async () => {
        server.answer = (_request, response) => response.writeHead(status).end(body);
        await rejection(client.get('sb-1'), 'protocol');
      });
    }

    it('tell that the call was cancelled, before it began and while it runs', async () => {
      await rejection(client.get('sb-1', { signal: AbortSignal.abort() }), 'cancelled');
      expect(server.seen).to.deep.equal([]);
      server.answer = () => undefined;
      const cancelling = new AbortController();
      const call = client.exec('sb-1', { command: 'sleep 60' }, { signal: cancelling.signal });
      await eventually(() => server.seen.length === 1);
      cancelling.abort();
      await rejection(call, 'cancelled');
    });

    it('never contain the API key', async () => {
      await server.close();
      const error = await rejection(client.get('sb-1'), 'unreachable');
      expect(`${error.stack} ${JSON.stringify(error)}`).to.not.include(API_KEY);
    });
  });
});
