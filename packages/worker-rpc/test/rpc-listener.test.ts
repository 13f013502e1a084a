import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { createCallSlots, RpcMethodError, type RpcMethodErrorCode } from '../src/index.js';
import {
  envelope,
  post,
  rpcToken,
  startWorker,
  type TestWorker,
  WORKER,
  wireLease,
} from './worker-fixture.js';

describe('createRpcRequestListener', () => {
  let worker: TestWorker;

  afterEach(() => worker.close());

  const call = (body: unknown, extra: Record<string, string> = {}) =>
    post(`${worker.url}/rpc`, body, { 'x-worker-id': WORKER, 'x-worker-token': rpcToken(), ...extra });

  describe('answers on other paths', () => {
    it('GET /health, and names the worker only to those who may call it', async () => {
      worker = await startWorker();
      const open = await fetch(`${worker.url}/health`);
      expect(await open.json()).to.deep.equal({ status: 'ok' });
      const known = await fetch(`${worker.url}/health`, {
        headers: { 'x-worker-id': WORKER, 'x-worker-token': rpcToken() },
      });
      expect(await known.json()).to.deep.equal({
        status: 'ok',
        worker_id: WORKER,
        calls: { exec: 0, spawn: 0, short: 0, vital: 0 },
        answer_bytes: 0,
      });
    });

    it('503 with Retry-After to a call that it has no room for', async () => {
      worker = await startWorker({ slots: createCallSlots(0) });
      const answer = await call(envelope('worker.exec'));
      expect(answer.status).to.equal(503);
      expect(answer.headers.get('retry-after')).to.equal('1');
      expect(answer.json).to.include({ id: 'request-1', worker_id: WORKER, reason: 'worker_busy' });
    });

    it('405 to GET /rpc, before the credential is looked at', async () => {
      worker = await startWorker();
      const answer = await fetch(`${worker.url}/rpc`);
      expect(answer.status).to.equal(405);
      expect(answer.headers.get('allow')).to.equal('POST');
      expect(await answer.json()).to.deep.equal({
        code: 'BAD_REQUEST',
        message: 'method not allowed',
        reason: 'method_not_allowed',
      });
    });

    it('404 elsewhere', async () => {
      worker = await startWorker();
      expect((await fetch(`${worker.url}/rpc/more`)).status).to.equal(404);
    });
  });

  describe('refuses an envelope', () => {
    const transport: ReadonlyArray<readonly [string, unknown, number, string, string]> = [
      ['that is not JSON', '{', 400, 'invalid worker RPC request', 'invalid_request'],
      ['that is empty', '', 400, 'invalid worker RPC request', 'invalid_request'],
      ['with something behind it', '{} {}', 400, 'invalid worker RPC request', 'invalid_request'],
      [
        'whose id is longer than 256 characters',
        envelope('worker.status', { id: 'x'.repeat(257) }),
        400,
        'invalid worker RPC request',
        'invalid_request',
      ],
      ['that is a list', [], 400, 'invalid worker RPC request', 'invalid_request'],
      [
        'whose id is a number',
        envelope('worker.status', { id: 7 }),
        400,
        'invalid worker RPC request',
        'invalid_request',
      ],
      [
        'whose generation is a text',
        envelope('worker.spawn', { lease: wireLease({ generation: '1' }) }),
        400,
        'invalid worker RPC request',
        'invalid_request',
      ],
      [
        'that is not UTF-8',
        Buffer.from([0x22, 0xff, 0x22]),
        400,
        'invalid worker RPC request',
        'invalid_request',
      ],
      [
        'for another worker',
        envelope('worker.status', { worker_id: 'worker-b' }),
        403,
        'worker RPC request targets a different worker',
        'worker_mismatch',
      ],
      [
        'for nobody',
        envelope('worker.status', { worker_id: undefined }),
        403,
        'worker RPC request targets a different worker',
        'worker_mismatch',
      ],
    ];
    for (const [what, body, status, message, reason] of transport) {
      it(what, async () => {
        worker = await startWorker();
        const answer = await call(body);
        expect(answer.status).to.equal(status);
        expect(answer.json).to.include({ message, reason });
        expect(worker.methods.calls).to.deep.equal([]);
      });
    }

    const enveloped: ReadonlyArray<readonly [string, Record<string, unknown>, number, string, string]> = [
      ['without an id', { id: ' ' }, 400, 'invalid worker message: id is required', 'id_required'],
      [
        'with an unknown method',
        { method: 'worker.dance' },
        400,
        'unknown worker method: worker.dance',
        'unknown_method',
      ],
      [
        'with a method named like a member of every object',
        { method: 'constructor' },
        400,
        'unknown worker method: constructor',
        'unknown_method',
      ],
      [
        'with a method that is not served',
        { method: 'worker.file_read' },
        501,
        'worker RPC method is not implemented by this worker runtime',
        'method_not_implemented',
      ],
      [
        'without params',
        { params: undefined },
        400,
        'invalid worker message: params are required',
        'params_required',
      ],
      [
        'with null for params, which stands for none of them',
        { params: null },
        400,
        "invalid worker message: invalid params: must have required property 'sandbox_id'",
        'invalid_params',
      ],
      [
        'with params of a wrong type',
        { params: { sandbox_id: 7 } },
        400,
        'invalid worker message: invalid params: /sandbox_id must be string',
        'invalid_params',
      ],
    ];
    for (const [what, overrides, status, error, reason] of enveloped) {
      it(what, async () => {
        worker = await startWorker();
        const answer = await call(envelope('worker.exec', overrides));
        expect(answer.status).to.equal(status);
        expect(answer.json).to.include({ error, reason, worker_id: WORKER });
        expect(worker.methods.calls).to.deep.equal([]);
      });
    }

    it('over the limit, told by its length, without reading it', async () => {
      worker = await startWorker({ limits: { bodyBytes: 1000 } });
      const answer = await call(envelope('worker.exec', { padding: 'x'.repeat(5_000_000) }));
      expect([answer.status, answer.json['reason']]).to.deep.equal([413, 'body_too_large']);
      expect(worker.methods.calls).to.deep.equal([]);
    });

    it('over the limit, sent in chunks without a length, of which the rest is taken and dropped', async () => {
      worker = await startWorker({ limits: { bodyBytes: 1000 } });
      const request = httpRequest(`${worker.url}/rpc`, {
        method: 'POST',
        headers: { 'x-worker-id': WORKER, 'x-worker-token': rpcToken(), 'transfer-encoding': 'chunked' },
      });
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      const uploaded = once(request, 'finish');
      for (let sent = 0; sent < 200; sent += 1) request.write('x'.repeat(100_000));
      request.end();
      const [response] = await answered;
      response.resume();
      await uploaded;
      expect(response.statusCode).to.equal(413);
      expect(worker.methods.calls).to.deep.equal([]);
    });

    it('accepts exactly the limit', async () => {
      const body = JSON.stringify(envelope('worker.status'));
      worker = await startWorker({ limits: { bodyBytes: body.length } });
      expect((await call(body)).status).to.equal(200);
    });
  });

  describe('answers a call', () => {
    it('with the result of spawn, which ends in a line feed', async () => {
      worker = await startWorker();
      const params = {
        sandbox_id: 'sb-1',
        image: 'host',
        memory_mb: 64,
        vcpus: 1,
        unknown: true,
        owner_id: null,
      };
      const answer = await call(envelope('worker.spawn', { params, lease: wireLease() }));
      expect(answer.text.endsWith('}\n')).to.equal(true);
      expect(answer.headers.get('content-type')).to.equal('application/json');
      expect(answer.json).to.deep.equal({
        id: 'request-1',
        worker_id: WORKER,
        result: {
          sandbox_id: 'sb-1',
          runtime_id: 'rt-1',
          state: 'running',
          provider: 'mock',
          worker_id: WORKER,
        },
      });
    });

    it('without a result for destroy', async () => {
      worker = await startWorker();
      const answer = await call(envelope('worker.destroy', { lease: wireLease() }));
      expect(answer.json).to.deep.equal({ id: 'request-1', worker_id: WORKER });
    });

    it('in chunks for exec_stream without the header', async () => {
      worker = await startWorker({
        replaced: {
          async exec(_params, { onOutput }) {
            await onOutput('stdout', Buffer.from('out'));
            await onOutput('stderr', Buffer.from('err'));
            return { exitCode: 3, timedOut: false, durationMs: 5 };
          },
        },
      });
      const answer = await call(envelope('worker.exec_stream'));
      expect(answer.json['result']).to.deep.equal({
        sandbox_id: 'sb-1',
        chunks: [
          { stream: 'stdout', data: 'out' },
          { stream: 'stderr', data: 'err' },
        ],
      });
    });

    it('with the defaults of the protocol applied to the params', async () => {
      const seen: unknown[] = [];
      worker = await startWorker({
        replaced: {
          exec(params) {
            seen.push(params);
            return Promise.resolve({ exitCode: 0, timedOut: false, durationMs: 1 });
          },
        },
      });
      await call(envelope('worker.exec', { params: { sandbox_id: 'sb-1', command: 'id', timeout: '1m' } }));
      expect(seen).to.deep.equal([
        {
          sandboxId: 'sb-1',
          runtimeId: 'sb-1',
          provider: '',
          command: 'id',
          args: [],
          mode: 'shell',
          env: {},
          timeoutMs: 60_000,
        },
      ]);
    });
  });

  describe('answers an error of a method', () => {
    const answers: ReadonlyArray<readonly [RpcMethodErrorCode, number, string]> = [
      ['invalid_request', 400, 'invalid_request'],
      ['image_unknown', 400, 'image_unknown'],
      ['forbidden', 403, 'forbidden'],
      ['not_found', 404, 'sandbox_not_found'],
      ['conflict', 409, 'conflict'],
      ['capacity_exhausted', 429, 'capacity_exhausted'],
      ['draining', 503, 'worker_draining'],
      ['unavailable', 503, 'unavailable'],
      ['not_implemented', 501, 'method_not_implemented'],
      ['internal', 500, 'internal'],
    ];
    for (const [code, status, reason] of answers) {
      it(`${code} with ${status} and ${reason}`, async () => {
        worker = await startWorker({
          replaced: { status: () => Promise.reject(new RpcMethodError(code, 'in words')) },
        });
        const answer = await call(envelope('worker.status'));
        expect(answer.status).to.equal(status);
        expect(answer.json).to.deep.equal({ id: 'request-1', worker_id: WORKER, error: 'in words', reason });
      });
    }

    it('of an unknown kind with 500, logged and not told', async () => {
      const logged: unknown[] = [];
      worker = await startWorker({
        replaced: { status: () => Promise.reject(new Error('/private/path is gone')) },
        logger: { debug() {}, warn() {}, error: (message, fields) => logged.push([message, fields]) },
      });
      const answer = await call(envelope('worker.status'));
      expect([answer.status, answer.json['error']]).to.deep.equal([500, 'internal error']);
      expect(logged).to.deep.equal([
        ['worker RPC method failed', { method: 'worker.status', error: 'Error: /private/path is gone' }],
      ]);
    });

    it('an exec that ran out of time with 504', async () => {
      worker = await startWorker({
        replaced: { exec: () => Promise.resolve({ exitCode: 137, timedOut: true, durationMs: 1000 }) },
      });
      const answer = await call(envelope('worker.exec'));
      expect(answer.status).to.equal(504);
      expect(answer.json).to.include({ error: 'exec timeout: sb-1', reason: 'exec_timeout' });
    });
  });

  it('never logs a credential', async () => {
    const logged: string[] = [];
    const log = (message: string, fields?: Record<string, unknown>): void => {
      logged.push(message, JSON.stringify(fields));
    };
    worker = await startWorker({ logger: { debug: log, warn: log, error: log } });
    const token = rpcToken({ scopes: ['worker:lease'] });
    await call(envelope('worker.exec'), { 'x-worker-token': token });
    await call(envelope('worker.exec'), { 'x-worker-token': 'a static secret' });
    expect(logged.join('\n')).to.include('missing_scope').and.to.include('static_token_not_allowed');
    expect(logged.join('\n')).not.to.include(token.slice(-20));
    expect(logged.join('\n')).not.to.include('a static secret');
  });

  it('serves what a revocation check of the host cannot answer with 500, not with an effect', async () => {
    worker = await startWorker({
      isRevoked: () => {
        throw new Error('no list of revocations');
      },
    });
    expect((await call(envelope('worker.exec'))).status).to.equal(500);
    expect(worker.methods.calls).to.deep.equal([]);
  });
});
