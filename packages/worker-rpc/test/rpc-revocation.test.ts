import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { deriveWorkerKey, keyFingerprint, type RevocationQuery } from '@stacyvm/token';
import { expect } from 'chai';
import { createRevocationList, type ExecContext, type RpcMethods } from '../src/index.js';
import {
  envelope,
  eventually,
  failureOf,
  lease,
  MASTER_KEY,
  OTHER_KEY,
  post,
  rotatingVerifier,
  rpcToken,
  startWorker,
  type TestWorker,
  type TestWorkerOptions,
  WORKER,
} from './worker-fixture.js';

const DONE = { exitCode: 0, timedOut: false, durationMs: 1 };
const EXEC = { sandboxId: 'sb-1', command: 'sleep' };
const everything = (): boolean => true;

describe('revocation of calls under way', () => {
  let worker: TestWorker;
  const contexts: ExecContext[] = [];

  afterEach(() => worker.close());

  const signed = (token: string): Record<string, string> => ({
    'x-worker-id': WORKER,
    'x-worker-token': token,
  });

  /** A worker whose programs end with their signal. */
  async function start(exec?: RpcMethods['exec'], options: TestWorkerOptions = {}): Promise<void> {
    contexts.length = 0;
    worker = await startWorker({
      ...options,
      replaced: {
        async exec(params, context) {
          contexts.push(context);
          if (exec !== undefined) return exec(params, context);
          await once(context.signal, 'abort');
          return DONE;
        },
        ...options.replaced,
      },
    });
  }

  it('ends a live stream at once with an error line, and fires the signal of its method', async () => {
    await start(async (_params, { onOutput, signal }) => {
      await onOutput('stdout', Buffer.from('first'));
      await once(signal, 'abort');
      return DONE;
    });
    const output: string[] = [];
    const call = failureOf(
      worker.client().execStream(EXEC, { onOutput: (_stream, data) => void output.push(data) }),
    );
    await eventually(() => output.length > 0);
    expect(worker.revalidate(everything)).to.equal(1);
    expect(await call).to.include({
      code: 'remote_error',
      outcome: 'unknown',
      reason: 'token_revoked',
      status: 200,
    });
    expect(contexts[0]?.signal.aborted).to.equal(true);
    await eventually(() => worker.inFlight() === 0);
  });

  it('writes the error line as the last one of the stream', async () => {
    await start(async (_params, { onOutput, signal }) => {
      await onOutput('stdout', Buffer.from('first'));
      await once(signal, 'abort');
      await onOutput('stdout', Buffer.from('too late'));
      return DONE;
    });
    const request = httpRequest(`${worker.url}/rpc`, {
      method: 'POST',
      headers: { ...signed(rpcToken()), 'x-worker-stream': 'ndjson', 'x-worker-stream-exit': '1' },
    });
    request.end(JSON.stringify(envelope('worker.exec_stream')));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(worker.revalidate(everything)).to.equal(1);
    const lines = (await text(response)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { id: 'request-1', worker_id: WORKER, result: { stream: 'stdout', data: 'first' } },
      {
        id: 'request-1',
        worker_id: WORKER,
        error: 'the credential of the call was revoked while it ran',
        reason: 'token_revoked',
      },
    ]);
    await eventually(() => worker.inFlight() === 0);
  });

  it('ends a stream that has no output yet', async () => {
    await start();
    const call = failureOf(worker.client().execStream(EXEC, { onOutput: () => undefined }));
    await eventually(() => contexts.length === 1);
    worker.revalidate(everything);
    expect(await call).to.include({ outcome: 'unknown', reason: 'token_revoked' });
  });

  it('does not wait for a program that does not mind its signal, and drops what it still says', async () => {
    let endProgram: () => void = () => undefined;
    await start(async (_params, { onOutput }) => {
      await new Promise<void>((resolve) => {
        endProgram = resolve;
      });
      await onOutput('stdout', Buffer.from('too late'));
      return DONE;
    });
    for (const call of [
      () => worker.client().exec(EXEC),
      () => worker.client().execStream(EXEC, { onOutput: () => undefined }),
    ]) {
      contexts.length = 0;
      const failed = failureOf(call());
      await eventually(() => contexts.length === 1);
      worker.revalidate(everything);
      expect(await failed).to.include({ reason: 'token_revoked' });
      // It still runs, and so it still counts.
      expect(worker.inFlight()).to.equal(1);
      endProgram();
      await eventually(() => worker.inFlight() === 0);
    }
  });

  it('ends a stream whose program begins to say something at any moment of its end', async () => {
    let turns = 0;
    await start(async (_params, { onOutput, signal }) => {
      await once(signal, 'abort');
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await onOutput('stdout', Buffer.from('too late'));
      return DONE;
    });
    for (turns = 0; turns < 12; turns += 1) {
      contexts.length = 0;
      const call = failureOf(worker.client().execStream(EXEC, { onOutput: () => undefined }));
      await eventually(() => contexts.length === 1);
      worker.revalidate(everything);
      expect(await call).to.include({ reason: 'token_revoked' });
    }
  });

  it('does not wait for a reader that takes nothing', async () => {
    await start(async (_params, { onOutput, signal }) => {
      while (!signal.aborted) await onOutput('stdout', Buffer.alloc(65_536, 'x'));
      return DONE;
    });
    const body = JSON.stringify(envelope('worker.exec_stream'));
    const socket = connect(Number(new URL(worker.url).port), '127.0.0.1').pause();
    socket.write(
      `POST /rpc HTTP/1.1\r\nhost: x\r\nx-worker-id: ${WORKER}\r\nx-worker-token: ${rpcToken()}\r\n` +
        `x-worker-stream: ndjson\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(() => contexts.length === 1);
    worker.revalidate(everything);
    await eventually(() => worker.inFlight() === 0);
    socket.destroy();
  });

  it('answers a call in one piece with an error, which does not say that nothing happened', async () => {
    await start();
    const answered = post(`${worker.url}/rpc`, envelope('worker.exec'), signed(rpcToken()));
    await eventually(() => contexts.length === 1);
    worker.revalidate(everything);
    const { status, json } = await answered;
    expect(status).to.equal(500);
    expect(json).to.deep.equal({
      id: 'request-1',
      worker_id: WORKER,
      error: 'the credential of the call was revoked while it ran',
      reason: 'token_revoked',
    });
  });

  it('is not answered by making the call again with another key', async () => {
    await start();
    const key = deriveWorkerKey(MASTER_KEY, WORKER);
    const client = worker.client({ credential: { kind: 'signed', key, fallbackKeys: [OTHER_KEY] } });
    const call = failureOf(client.exec(EXEC));
    await eventually(() => contexts.length === 1);
    worker.revalidate(everything);
    expect(await call).to.include({ outcome: 'unknown', reason: 'token_revoked' });
    expect(worker.methods.calls).to.deep.equal(['exec sb-1']);
  });

  it('reaches a spawn, whose signal fires', async () => {
    let signal: AbortSignal | undefined;
    await start(undefined, {
      replaced: {
        async spawn(_params, context) {
          signal = context.signal;
          await once(context.signal, 'abort');
          throw new Error('given up');
        },
      },
    });
    const request = { sandboxId: 'sb-1', image: 'host', memoryMb: 0, vcpus: 0 };
    const call = failureOf(worker.client().spawn(request, lease()));
    await eventually(() => signal !== undefined);
    expect(worker.revalidate(everything)).to.equal(1);
    expect(await call).to.include({ outcome: 'unknown', reason: 'token_revoked' });
  });

  it('refuses a call whose request was still on its way', async () => {
    await start();
    const request = httpRequest(`${worker.url}/rpc`, { method: 'POST', headers: signed(rpcToken()) });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    const body = JSON.stringify(envelope('worker.exec'));
    request.write(body.slice(0, 10));
    await eventually(() => worker.inFlight() === 1);
    expect(worker.revalidate(everything)).to.equal(1);
    request.end(body.slice(10));
    const [response] = await answered;
    expect(response.statusCode).to.equal(401);
    expect(JSON.parse(await text(response))).to.include({ code: 'UNAUTHORIZED', reason: 'token_revoked' });
    expect(worker.methods.calls).to.deep.equal([]);
    expect(worker.reasons).to.deep.equal(['token_revoked']);
  });

  it('asks about each open call, with everything that its token says', async () => {
    await start();
    const key = deriveWorkerKey(MASTER_KEY, WORKER);
    const issuedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    const answered = post(
      `${worker.url}/rpc`,
      envelope('worker.exec'),
      signed(rpcToken({ tokenId: 'token-1', now: issuedAt })),
    );
    await eventually(() => contexts.length === 1);
    const asked: RevocationQuery[] = [];
    expect(worker.revalidate((query) => asked.push(query) < 0)).to.equal(0);
    expect(asked).to.deep.equal([
      {
        tokenId: 'token-1',
        workerId: WORKER,
        issuedAt,
        keyFingerprint: keyFingerprint(key),
        signingKeyFingerprint: keyFingerprint(key),
      },
    ]);
    worker.revalidate(everything);
    await answered;
  });

  it('ends those that are revoked and no others, each once', async () => {
    await start(undefined, {
      credentials: {
        verifier: rotatingVerifier('worker:rpc', deriveWorkerKey(MASTER_KEY, WORKER), OTHER_KEY),
        sharedToken: 'shared',
      },
    });
    const stolen = failureOf(worker.client({ credential: { kind: 'signed', key: OTHER_KEY } }).exec(EXEC));
    const stop = new AbortController();
    const good = failureOf(worker.client().exec(EXEC, { signal: stop.signal }));
    const credential = { kind: 'static', token: 'shared' } as const;
    const unsigned = failureOf(worker.client({ credential }).exec(EXEC, { signal: stop.signal }));
    await eventually(() => contexts.length === 3);
    const list = createRevocationList();
    list.replace(1, [{ kind: 'key', fingerprint: keyFingerprint(OTHER_KEY) }]);
    expect(worker.revalidate(list.isRevoked)).to.equal(1);
    expect(worker.revalidate(list.isRevoked)).to.equal(0);
    expect(await stolen).to.include({ reason: 'token_revoked' });
    expect(worker.revalidate(everything)).to.equal(1);
    expect(await good).to.include({ reason: 'token_revoked' });
    expect(contexts.filter(({ signal }) => signal.aborted)).to.have.length(2);
    stop.abort();
    expect(await unsigned).to.include({ code: 'aborted' });
  });

  it('has nothing to do with calls that have ended', async () => {
    await start(() => Promise.resolve(DONE));
    await worker.client().exec(EXEC);
    await eventually(() => worker.inFlight() === 0);
    expect(worker.revalidate(everything)).to.equal(0);
  });

  it('is logged without what it concerns', async () => {
    const logged: unknown[] = [];
    await start(undefined, {
      logger: { debug() {}, error() {}, warn: (message, fields) => logged.push([message, fields]) },
    });
    const call = failureOf(worker.client().exec(EXEC));
    await eventually(() => contexts.length === 1);
    worker.revalidate(everything);
    await call;
    expect(logged).to.deep.equal([['worker RPC calls ended: their credential is revoked', { calls: 1 }]]);
  });
});
