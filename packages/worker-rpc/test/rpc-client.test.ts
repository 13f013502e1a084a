import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { inspectWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { createRpcClient, type RpcClient, type RpcClientOptions } from '../src/index.js';
import {
  eventually,
  failureOf,
  lease,
  MASTER_KEY,
  serve,
  startWorker,
  type TestServer,
  type TestWorker,
  WORKER,
} from './worker-fixture.js';

const TARGET = { sandboxId: 'sb-1', command: 'run' };
const SPAWN = { sandboxId: 'sb-1', image: 'host', memoryMb: 64, vcpus: 1 };

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

describe('createRpcClient', () => {
  const servers: TestServer[] = [];
  const clients: RpcClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  function clientOf(rpcUrl: string, options: Partial<RpcClientOptions> = {}): RpcClient {
    const client = createRpcClient({
      workerId: WORKER,
      rpcUrl,
      credential: { kind: 'signed', key: MASTER_KEY },
      ...options,
    });
    clients.push(client);
    return client;
  }

  /** A peer that answers as the test says. */
  async function peer(
    listener: RequestListener,
    options: Partial<RpcClientOptions> = {},
  ): Promise<RpcClient> {
    const server = await serve(listener);
    servers.push(server);
    return clientOf(server.url, options);
  }

  /** A peer that answers with a status and a body made from the request. */
  function answering(
    status: number,
    body: (request: Record<string, unknown>) => unknown,
    options?: Partial<RpcClientOptions>,
  ): Promise<RpcClient> {
    return peer(async (request, response) => {
      const answer = body(await bodyOf(request));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    }, options);
  }

  describe('refuses at once', () => {
    const urls = [
      '',
      'worker:7430',
      'ftp://host',
      'http://user:secret@host',
      'http://host/?q=1',
      'http://host/#f',
    ];
    for (const rpcUrl of urls) {
      it(`the URL ${JSON.stringify(rpcUrl)}`, () => {
        expect(() => clientOf(rpcUrl))
          .to.throw('http://host:port')
          .with.property('code', 'invalid_configuration');
      });
    }

    it('a static token that is no header text, without quoting it', () => {
      expect(() => clientOf('http://127.0.0.1:1', { credential: { kind: 'static', token: 'se\ncret' } }))
        .to.throw('cannot be sent')
        .with.property('code', 'invalid_configuration');
    });

    it('a weak key, when it is first used', async () => {
      const client = clientOf('http://127.0.0.1:1', { credential: { kind: 'signed', key: 'short' } });
      expect(await failureOf(client.status(TARGET))).to.include({
        code: 'invalid_configuration',
        reason: 'weak_key',
        outcome: 'not_executed',
      });
    });
  });

  describe('sends', () => {
    it('a fresh id and a fresh token with the scope of the method alone', async () => {
      const seen: Array<{ id: unknown; token: string; path: string | undefined }> = [];
      const client = await peer(async (request, response) => {
        const { id } = await bodyOf(request);
        seen.push({ id, token: String(request.headers['x-worker-token']), path: request.url });
        response.end(JSON.stringify({ id, worker_id: WORKER, result: { state: 'running' } }));
      });
      await client.status(TARGET);
      await client.status(TARGET);
      const claims = seen.map(({ token }) => inspectWorkerToken(token));
      expect(new Set(seen.map(({ id }) => id)).size).to.equal(2);
      expect(new Set(claims.map(({ tokenId }) => tokenId)).size).to.equal(2);
      expect(claims[0]).to.deep.include({
        scopes: ['worker:status'],
        workerId: WORKER,
        audience: 'worker:rpc',
      });
      expect(seen[0]?.path).to.equal('/rpc');
    });

    it('the wire form of spawn', async () => {
      let body: Record<string, unknown> = {};
      const client = await answering(200, (request) => {
        body = request;
        return {
          id: request['id'],
          worker_id: WORKER,
          result: { runtime_id: 'rt-9', provider: 'bubblewrap' },
        };
      });
      const held = lease({ generation: 3, expiresAt: new Date('2026-01-02T03:04:05.120Z') });
      const result = await client.spawn({ ...SPAWN, ttlMs: 1_800_000, metadata: { a: 'b' } }, held);
      expect(result).to.deep.equal({ runtimeId: 'rt-9', provider: 'bubblewrap', metadata: undefined });
      expect(body).to.deep.include({
        method: 'worker.spawn',
        worker_id: WORKER,
        lease: {
          resource_id: 'sb-1',
          holder_id: WORKER,
          generation: 3,
          expires_at: '2026-01-02T03:04:05.12Z',
        },
        params: {
          sandbox_id: 'sb-1',
          image: 'host',
          provider: '',
          memory_mb: 64,
          vcpus: 1,
          ttl: '30m0s',
          metadata: { a: 'b' },
        },
      });
    });

    it('all calls over one kept connection, one after the other', async () => {
      const sockets = new Set<Socket>();
      const client = await peer(async (request, response) => {
        sockets.add(request.socket);
        const { id } = await bodyOf(request);
        response.end(JSON.stringify({ id, worker_id: WORKER, result: { state: 'running' } }));
      });
      for (let call = 0; call < 5; call += 1) await client.status(TARGET);
      expect(sockets.size).to.equal(1);
    });
  });

  describe('gives an outcome and a code to', () => {
    it('a connection that is refused', async () => {
      const server = await serve(() => undefined);
      await server.close();
      expect(await failureOf(clientOf(server.url).spawn(SPAWN, lease()))).to.include({
        code: 'unreachable',
        outcome: 'not_executed',
      });
    });

    it('a host name that does not exist', async () => {
      expect(await failureOf(clientOf('http://worker.invalid:7430').status(TARGET))).to.include({
        code: 'unreachable',
        outcome: 'not_executed',
      });
    });

    it('a connection that ends before the answer', async () => {
      const client = await peer((request) => request.socket.destroy());
      expect(await failureOf(client.spawn(SPAWN, lease()))).to.include({
        code: 'connection_lost',
        outcome: 'unknown',
      });
    });

    it('an answer that is cut', async () => {
      const client = await peer((request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"id":');
        request.on('end', () => request.socket.destroy()).resume();
      });
      expect(await failureOf(client.spawn(SPAWN, lease()))).to.include({
        code: 'connection_lost',
        outcome: 'unknown',
      });
    });

    it('an answer that does not come in time', async () => {
      const client = await peer(
        async (request, response) => {
          const { id, method } = await bodyOf(request);
          if (method === 'worker.status')
            response.end(JSON.stringify({ id, worker_id: WORKER, result: { state: 'running' } }));
        },
        { timeouts: { spawnMs: 30 } },
      );
      // Over a connection that is there: while one is made, nothing has been sent.
      await client.status(TARGET);
      expect(await failureOf(client.spawn(SPAWN, lease()))).to.include({
        code: 'timeout',
        outcome: 'unknown',
      });
    });

    it('a signal that fired before', async () => {
      const client = await peer(() => undefined);
      expect(await failureOf(client.status(TARGET, { signal: AbortSignal.abort() }))).to.include({
        code: 'aborted',
        outcome: 'not_executed',
      });
    });

    const refusals: ReadonlyArray<readonly [number, Record<string, unknown>, string, string]> = [
      [400, { error: 'invalid worker message: id is required' }, 'invalid_request', 'not_executed'],
      [401, { code: 'UNAUTHORIZED', message: 'no', reason: 'token_expired' }, 'unauthorized', 'not_executed'],
      [403, { error: 'lease holder does not match worker' }, 'forbidden', 'not_executed'],
      [409, { error: 'other image' }, 'conflict', 'not_executed'],
      [413, { message: 'too large' }, 'invalid_request', 'not_executed'],
      [429, { error: 'full' }, 'capacity_exhausted', 'not_executed'],
      [500, { error: 'boom' }, 'remote_error', 'unknown'],
      [500, { error: 'exec timeout: rt-1' }, 'exec_timeout', 'unknown'],
      [501, { error: 'not implemented' }, 'remote_error', 'not_executed'],
      [503, { error: 'worker is draining' }, 'worker_draining', 'not_executed'],
      [503, { error: 'x', reason: 'worker_draining' }, 'worker_draining', 'not_executed'],
      [503, { error: 'provider registry unavailable' }, 'unavailable', 'not_executed'],
      [504, { error: 'context deadline exceeded' }, 'exec_timeout', 'unknown'],
    ];
    for (const [status, body, code, outcome] of refusals) {
      it(`HTTP ${status} ${JSON.stringify(body)}`, async () => {
        const client = await answering(status, () => body);
        const failure = await failureOf(client.exec(TARGET));
        expect(failure).to.include({ code, outcome, status });
        expect(failure['reason']).to.equal(body['reason']);
      });
    }

    it('a 404 in the words of the worker', async () => {
      const answers = async (error: string) => {
        const client = await answering(404, ({ id }) => ({ id, worker_id: WORKER, error }));
        const { code, outcome, reason } = await failureOf(client.exec(TARGET));
        return [code, outcome, reason];
      };
      expect(await answers('sandbox not found: sb-1')).to.deep.equal([
        'not_found',
        'not_executed',
        undefined,
      ]);
      // A reference worker gives no reasons, and this one says nothing about the sandbox.
      expect((await answers('provider not found: docker'))[2]).to.equal('provider_unknown');
    });

    for (const body of [
      { code: 'NOT_FOUND', message: 'not found', reason: 'not_found' },
      '404 page not found\n',
    ])
      it(`a 404 that is not about the call: ${JSON.stringify(body)}`, async () => {
        const client = await answering(404, () => body);
        expect(await failureOf(client.destroy(TARGET, lease()))).to.include({
          code: 'remote_error',
          outcome: 'not_executed',
          reason: 'not_a_worker',
        });
      });

    it('an error status without a usable body', async () => {
      const client = await answering(502, () => '<html>bad gateway</html>');
      const failure = await failureOf(client.exec(TARGET));
      expect(failure).to.include({ code: 'remote_error', outcome: 'unknown', status: 502 });
      expect(failure.message).not.to.include('html');
    });

    it('an error in an answer of 200', async () => {
      const client = await answering(200, ({ id }) => ({ id, worker_id: WORKER, error: 'half done' }));
      expect(await failureOf(client.exec(TARGET))).to.include({ code: 'remote_error', outcome: 'unknown' });
    });

    const answers: ReadonlyArray<readonly [string, (id: unknown) => unknown]> = [
      ['an answer to another request', () => ({ id: 'other', worker_id: WORKER, result: { state: 'x' } })],
      ['an answer of another worker', (id) => ({ id, worker_id: 'worker-b', result: { state: 'x' } })],
      ['an answer that is not JSON', () => 'hello'],
      ['an answer that is no envelope', () => []],
      ['an answer without a result', (id) => ({ id, worker_id: WORKER })],
      ['a result of a wrong type', (id) => ({ id, worker_id: WORKER, result: { state: 7 } })],
      ['an error for another request', () => ({ id: 'other', worker_id: WORKER, error: 'no' })],
    ];
    for (const [what, answer] of answers) {
      it(`${what}: protocol_error`, async () => {
        const status = what.startsWith('an error') ? 403 : 200;
        const client = await answering(status, ({ id }) => answer(id));
        expect(await failureOf(client.status(TARGET))).to.include({
          code: 'protocol_error',
          outcome: 'unknown',
        });
      });
    }
  });

  describe('never follows a redirect', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`of ${status}`, async () => {
        let followed = 0;
        const target = await serve((_request, response) => {
          followed += 1;
          response.end();
        });
        servers.push(target);
        const client = await peer((request, response) => {
          request.resume();
          response.writeHead(status, { location: `${target.url}/rpc` }).end();
        });
        expect(await failureOf(client.status(TARGET))).to.include({ code: 'unexpected_redirect', status });
        expect(followed).to.equal(0);
      });
    }

    it('for a stream either', async () => {
      const client = await peer((request, response) => {
        request.resume();
        response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
      });
      const failure = await failureOf(client.execStream(TARGET, { onOutput: () => undefined }));
      expect(failure).to.include({ code: 'unexpected_redirect', outcome: 'not_executed' });
    });
  });

  describe('limits', () => {
    it('the size of an answer, and drops its connection', async () => {
      let closed = false;
      const client = await peer((request, response) => {
        request.resume();
        request.socket.on('close', () => {
          closed = true;
        });
        response.writeHead(200, { 'content-length': String(65 * 1024 * 1024) });
        response.write('{');
      });
      expect(await failureOf(client.status(TARGET))).to.include({ code: 'protocol_error' });
      await eventually(() => closed);
    });

    it('the length of a line', async () => {
      const client = await peer((request, response) => {
        request.resume();
        response.writeHead(200).end('x'.repeat(1024 * 1024 + 1));
      });
      const failure = await failureOf(client.execStream(TARGET, { onOutput: () => undefined }));
      expect(failure).to.include({ code: 'protocol_error' });
    });

    it('not the time of an exec without a timeout, though its agent drops idle connections', async () => {
      const agent = new Agent({ keepAlive: true, timeout: 20 });
      let answer: (() => void) | undefined;
      let timeouts = 0;
      const client = await peer(
        async (request, response) => {
          const { id } = await bodyOf(request);
          answer = () => response.end(JSON.stringify({ id, worker_id: WORKER, result: { exit_code: 0 } }));
        },
        { agent },
      );
      const call = client.exec(TARGET);
      await eventually(() => Object.values(agent.sockets).flat().length === 1);
      for (const socket of Object.values(agent.sockets).flat()) socket?.on('timeout', () => (timeouts += 1));
      await eventually(() => timeouts > 0 && answer !== undefined);
      answer?.();
      expect((await call).exitCode).to.equal(0);
      agent.destroy();
    });
  });

  describe('reads a stream', () => {
    type Line = (id: string) => Record<string, unknown>;
    const streaming = (lines: readonly Line[], headers: Record<string, string> = {}) =>
      peer(async (request, response: ServerResponse) => {
        const { id } = await bodyOf(request);
        response.writeHead(200, { 'content-type': 'application/x-ndjson', ...headers });
        for (const line of lines) response.write(`${JSON.stringify(line(String(id)))}\n`);
        response.end();
      });
    const output: Line = (id) => ({ id, worker_id: WORKER, result: { stream: 'stdout', data: 'x' } });
    const nothing = { onOutput: () => undefined };

    it('of a peer that never tells an exit code', async () => {
      const client = await streaming([output, output]);
      const seen: string[] = [];
      const outcome = await client.execStream(TARGET, { onOutput: (_stream, data) => void seen.push(data) });
      expect(seen).to.deep.equal(['x', 'x']);
      expect(outcome).to.deep.equal({ exitCode: undefined, timedOut: false, durationMs: undefined });
    });

    it('that lacks the exit record it promised: stream_truncated', async () => {
      const client = await streaming([output], { 'x-worker-stream-exit': '1' });
      expect(await failureOf(client.execStream(TARGET, nothing))).to.include({
        code: 'stream_truncated',
        outcome: 'unknown',
      });
    });

    it('of a peer that tells a timeout by an error', async () => {
      const client = await streaming([
        output,
        (id) => ({ id, worker_id: WORKER, error: 'context deadline exceeded' }),
      ]);
      expect(await failureOf(client.execStream(TARGET, nothing))).to.include({ code: 'exec_timeout' });
    });

    const bad: ReadonlyArray<readonly [string, Line]> = [
      [
        'of another request',
        () => ({ id: 'other', worker_id: WORKER, result: { stream: 'stdout', data: 'x' } }),
      ],
      ['of another worker', (id) => ({ id, worker_id: 'worker-b', result: { stream: 'stdout', data: 'x' } })],
      ['of an unknown stream', (id) => ({ id, worker_id: WORKER, result: { stream: 'stdin', data: 'x' } })],
    ];
    for (const [what, line] of bad) {
      it(`with a line ${what}: protocol_error`, async () => {
        const client = await streaming([output, line]);
        expect(await failureOf(client.execStream(TARGET, nothing))).to.include({ code: 'protocol_error' });
      });
    }

    it('skipping lines without a result', async () => {
      const client = await streaming([(id) => ({ id, worker_id: WORKER, result: null }), output]);
      const seen: string[] = [];
      await client.execStream(TARGET, { onOutput: (_stream, data) => void seen.push(data) });
      expect(seen).to.deep.equal(['x']);
    });
  });

  describe('on a kept connection that the worker has closed unseen', () => {
    /** Answers the first request of a connection, and hangs up on the second. */
    async function forgetfulPeer(): Promise<{ client: RpcClient; requests: string[]; close: () => void }> {
      const requests: string[] = [];
      const server = createTcpServer((socket) => {
        let served = 0;
        socket
          .on('error', () => undefined)
          .on('data', (data) => {
            const [, id = '', method = ''] = /"id":"([^"]+)","method":"([^"]+)"/.exec(data.toString()) ?? [];
            requests.push(method);
            served += 1;
            if (served > 1) {
              socket.destroy();
              return;
            }
            const body = JSON.stringify({
              id,
              worker_id: WORKER,
              result: { state: 'running', lines: [], exit_code: 0 },
            });
            socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
          });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      return { client, requests, close: () => server.close() };
    }

    it('asks once more for what only reads', async () => {
      const { client, requests, close } = await forgetfulPeer();
      await client.status(TARGET);
      expect((await client.status(TARGET)).state).to.equal('running');
      expect(requests).to.have.length(3);
      close();
    });

    it('does not repeat what may have had an effect', async () => {
      const { client, requests, close } = await forgetfulPeer();
      await client.status(TARGET);
      expect(await failureOf(client.exec(TARGET))).to.include({
        code: 'connection_lost',
        outcome: 'unknown',
      });
      expect(requests).to.deep.equal(['worker.status', 'worker.exec']);
      close();
    });
  });

  describe('against a worker', () => {
    let worker: TestWorker;

    afterEach(() => worker.close());

    it('makes every call', async () => {
      worker = await startWorker();
      const client = worker.client();
      await client.spawn(SPAWN, lease());
      expect(await client.status({ sandboxId: 'sb-1' })).to.deep.equal({
        state: 'running',
        provider: 'mock',
        error: undefined,
      });
      await client.exec(TARGET);
      await client.execStream(TARGET, { onOutput: () => undefined });
      expect(await client.logs({ sandboxId: 'sb-1', lines: 2 })).to.deep.equal(['one', 'two']);
      await client.destroy({ sandboxId: 'sb-1' }, lease({ generation: 2 }));
      await client.shutdown();
      expect(worker.methods.calls).to.deep.equal([
        'spawn sb-1',
        'status sb-1',
        'exec sb-1',
        'exec sb-1',
        'logs sb-1',
        'destroy sb-1',
        'shutdown',
      ]);
    });

    it('makes many calls at once', async () => {
      worker = await startWorker();
      const client = worker.client();
      await Promise.all(Array.from({ length: 100 }, () => client.exec(TARGET)));
      expect(worker.methods.calls).to.have.length(100);
    });

    it('survives a refusal that comes before its large request is read', async () => {
      worker = await startWorker({ limits: { bodyBytes: 1000 } });
      const client = worker.client();
      const failure = await failureOf(client.exec({ ...TARGET, stdin: Buffer.alloc(8 * 1024 * 1024) }));
      expect(failure).to.include({ status: 413, reason: 'body_too_large', outcome: 'not_executed' });
    });

    it('shows no key and no token in what it throws', async () => {
      worker = await startWorker();
      const wrong = 'a signing key that the worker does not know';
      const client = worker.client({ credential: { kind: 'signed', key: wrong } });
      const failure = await failureOf(client.status(TARGET));
      expect(failure).to.include({ code: 'unauthorized', reason: 'token_bad_signature' });
      expect(JSON.stringify(failure) + failure.message + String(failure.stack)).not.to.match(
        /stacyvm-worker-v1\.|signing key that/,
      );
    });
  });
});
