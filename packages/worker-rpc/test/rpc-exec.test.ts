import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { type ExecContext, RpcMethodError } from '../src/index.js';
import {
  envelope,
  eventually,
  failureOf,
  post,
  rpcToken,
  startWorker,
  type TestWorker,
  WORKER,
} from './worker-fixture.js';

const DONE = { exitCode: 0, timedOut: false, durationMs: 1 };
const TARGET = { sandboxId: 'sb-1', command: 'run' };
const MIB = 1024 * 1024;

/** A worker whose program does what the test says. */
function running(
  exec: (context: ExecContext) => Promise<{ exitCode: number; timedOut: boolean; durationMs: number }>,
) {
  return startWorker({ replaced: { exec: (_params, context) => exec(context) } });
}

describe('exec', () => {
  let worker: TestWorker;

  afterEach(() => worker.close());

  it('hands over everything that was asked for', async () => {
    const seen: unknown[] = [];
    worker = await startWorker({
      replaced: {
        exec(params) {
          seen.push(params);
          return Promise.resolve(DONE);
        },
      },
    });
    const request = {
      sandboxId: 'sb-1',
      provider: 'mock',
      runtimeId: 'rt-1',
      command: 'cat',
      args: ['-', 'ü'],
      mode: 'argv',
      env: { A: 'b=c' },
      workdir: '/workspace',
      timeoutMs: 1500,
      stdin: Buffer.from([0, 255, 10]),
    } as const;
    await worker.client().exec(request);
    expect(seen).to.deep.equal([request]);
  });

  it('tells exit code, output, duration and separate streams', async () => {
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.from('a<b>&\u2028'));
      await onOutput('stderr', Buffer.from('oh'));
      return { exitCode: 7, timedOut: false, durationMs: 12.4 };
    });
    expect(await worker.client().exec(TARGET)).to.deep.equal({
      exitCode: 7,
      stdout: 'a<b>&\u2028',
      stderr: 'oh',
      truncated: false,
      timedOut: false,
      durationMs: 12,
    });
  });

  it('drops what is beyond the limit of a stream and says so', async () => {
    worker = await startWorker({
      limits: { outputBytes: 10 },
      replaced: {
        async exec(_params, { onOutput }) {
          await onOutput('stdout', Buffer.from('0123456'));
          await onOutput('stdout', Buffer.from('789abc'));
          await onOutput('stderr', Buffer.from('kept'));
          return DONE;
        },
      },
    });
    const result = await worker.client().exec(TARGET);
    expect(result).to.include({ stdout: '0123456789', stderr: 'kept', truncated: true });
  });

  it('carries 16 MiB of either stream', async () => {
    const big = Buffer.alloc(16 * MIB, 'x');
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', big);
      await onOutput('stderr', big);
      return DONE;
    });
    const result = await worker.client().exec(TARGET);
    expect([result.stdout.length, result.stderr.length, result.truncated]).to.deep.equal([
      big.length,
      big.length,
      false,
    ]);
  });

  it('fits into the limit of an answer even when the output is binary', async () => {
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.alloc(16 * MIB, 1));
      await onOutput('stderr', Buffer.alloc(16 * MIB, 255));
      return DONE;
    });
    const result = await worker.client().exec(TARGET);
    expect(result.truncated).to.equal(true);
    expect(result.stdout.length).to.be.greaterThan(4 * MIB);
  });

  it('that ran out of time is exec_timeout', async () => {
    worker = await running(() => Promise.resolve({ exitCode: 137, timedOut: true, durationMs: 5 }));
    expect(await failureOf(worker.client().exec(TARGET))).to.include({
      code: 'exec_timeout',
      reason: 'exec_timeout',
      outcome: 'unknown',
      status: 504,
    });
  });

  it('is ended by its caller, whose leaving reaches the signal of the method', async () => {
    let signal: AbortSignal | undefined;
    worker = await running(async (context) => {
      signal = context.signal;
      await once(context.signal, 'abort');
      return DONE;
    });
    const controller = new AbortController();
    const call = worker.client().exec(TARGET, { signal: controller.signal });
    await eventually(() => signal !== undefined);
    expect(worker.inFlight()).to.equal(1);
    controller.abort();
    expect(await failureOf(call)).to.include({ code: 'aborted', outcome: 'unknown' });
    await eventually(() => signal?.aborted === true && worker.inFlight() === 0);
  });
});

describe('exec_stream', () => {
  let worker: TestWorker;

  afterEach(() => worker.close());

  it('delivers the first line before the program ends', async () => {
    let endProgram: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      endProgram = resolve;
    });
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.from('first\n'));
      await ended;
      await onOutput('stderr', Buffer.from('last\n'));
      return { exitCode: 4, timedOut: false, durationMs: 30 };
    });
    const seen: string[] = [];
    const outcome = await worker.client().execStream(TARGET, {
      onOutput(stream, data) {
        seen.push(`${stream} ${data}`);
        endProgram();
      },
    });
    expect(seen).to.deep.equal(['stdout first\n', 'stderr last\n']);
    expect(outcome).to.deep.equal({ exitCode: 4, timedOut: false, durationMs: 30 });
  });

  it('delivers 10 MB without loss or reordering, in lines below 256 KiB', async () => {
    const sent = Buffer.from(randomBytes(5 * MIB).toString('hex'));
    worker = await running(async ({ onOutput }) => {
      for (let at = 0; at < sent.length; at += 65_536)
        await onOutput('stdout', sent.subarray(at, at + 65_536));
      return DONE;
    });
    const received: string[] = [];
    await worker.client().execStream(TARGET, { onOutput: (_stream, data) => void received.push(data) });
    expect(received.join('') === sent.toString()).to.equal(true);
    expect(Math.max(...received.map((data) => data.length))).to.be.at.most(32_768);
  });

  it('keeps lines below 256 KiB when one chunk is large and every character is escaped', async () => {
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.alloc(MIB, 1));
      return DONE;
    });
    const answer = await post(`${worker.url}/rpc`, envelope('worker.exec_stream'), {
      'x-worker-id': WORKER,
      'x-worker-token': rpcToken(),
      'x-worker-stream': 'NDJSON',
    });
    const lines = answer.text.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).to.be.below(256 * 1024);
    expect(lines).to.have.length(32);
  });

  it('holds the program back while the reader is slow, and holds little itself', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let written = 0;
    let ahead = 0;
    worker = await running(async ({ onOutput }) => {
      for (; written < 1024; written += 1) await onOutput('stdout', chunk);
      return DONE;
    });
    let received = 0;
    await worker.client().execStream(TARGET, {
      async onOutput(_stream, data) {
        received += data.length;
        // Time for the program to run ahead, if nothing held it back.
        for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
        ahead = Math.max(ahead, written * chunk.length - received);
      },
    });
    expect(received).to.equal(1024 * chunk.length);
    // The buffers of the kernel between the two grow as it sees fit, up to 36 MiB where it has its way; unheld it would be 64 MiB.
    expect(ahead).to.be.below(40 * MIB);
  });

  it('stops the program completely while nobody reads', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let written = 0;
    worker = await running(async ({ onOutput, signal }) => {
      while (written < 4096 && !signal.aborted) {
        await onOutput('stdout', chunk);
        written += 1;
      }
      return DONE;
    });
    const body = JSON.stringify(envelope('worker.exec_stream'));
    const socket = connect(Number(new URL(worker.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `POST /rpc HTTP/1.1\r\nHost: x\r\nX-Worker-ID: ${WORKER}\r\nX-Worker-Token: ${rpcToken()}\r\n` +
        `X-Worker-Stream: ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let before = -1;
    // As long as buffers fill, some turns of the loop write more; then none does.
    await eventually(() => written > 0);
    for (let still = 0; still < 200; still = written === before ? still + 1 : 0) {
      before = written;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(written).to.be.below(4096);
    socket.destroy();
    await eventually(() => worker.inFlight() === 0);
  });

  it('gives up a reader that takes nothing for too long', async () => {
    let aborted = false;
    worker = await startWorker({
      limits: { streamStallMs: 50 },
      replaced: {
        async exec(_params, { onOutput, signal }) {
          while (!signal.aborted) await onOutput('stdout', Buffer.alloc(65_536, 'x'));
          aborted = true;
          return DONE;
        },
      },
    });
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const call = failureOf(worker.client().execStream(TARGET, { onOutput: () => blocked }));
    await eventually(() => aborted);
    release();
    expect(await call).to.include({ code: 'connection_lost', outcome: 'unknown' });
  });

  it('holds back incomplete UTF-8 for each stream, and replaces what is invalid', async () => {
    worker = await running(async ({ onOutput }) => {
      const smile = Buffer.from('😀');
      const umlaut = Buffer.from('ü');
      await onOutput('stdout', smile.subarray(0, 1));
      await onOutput('stderr', umlaut.subarray(0, 1));
      await onOutput('stdout', smile.subarray(1, 3));
      await onOutput('stderr', umlaut.subarray(1));
      await onOutput('stdout', smile.subarray(3));
      await onOutput('stdout', Buffer.from([0xff, 0x41]));
      await onOutput('stdout', smile.subarray(0, 2));
      return DONE;
    });
    const seen: string[] = [];
    await worker
      .client()
      .execStream(TARGET, { onOutput: (stream, data) => void seen.push(`${stream} ${data}`) });
    expect(seen).to.deep.equal(['stderr ü', 'stdout 😀', 'stdout \ufffdA', 'stdout \ufffd']);
  });

  it('escapes line separators and markup', async () => {
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.from('\u0001\u0085\u2028\u2029<>&'));
      return DONE;
    });
    const answer = await post(`${worker.url}/rpc`, envelope('worker.exec_stream'), {
      'x-worker-id': WORKER,
      'x-worker-token': rpcToken(),
      'x-worker-stream': 'ndjson',
    });
    expect(answer.headers.get('content-type')).to.equal('application/x-ndjson');
    expect(answer.text).to.equal(
      '{"id":"request-1","worker_id":"worker-a","result":{"stream":"stdout",' +
        '"data":"\\u0001\\u0085\\u2028\\u2029\\u003c\\u003e\\u0026"}}\n',
    );
  });

  it('sends an exit record only to those who ask, and promises it in the head', async () => {
    worker = await running(() => Promise.resolve({ exitCode: 2, timedOut: false, durationMs: 1.4 }));
    const ask = (extra: Record<string, string>) =>
      post(`${worker.url}/rpc`, envelope('worker.exec_stream'), {
        'x-worker-id': WORKER,
        'x-worker-token': rpcToken(),
        'x-worker-stream': 'ndjson',
        ...extra,
      });
    const plain = await ask({});
    expect([plain.text, plain.headers.get('x-worker-stream-exit')]).to.deep.equal(['', null]);
    const asked = await ask({ 'x-worker-stream-exit': '1' });
    expect(asked.headers.get('x-worker-stream-exit')).to.equal('1');
    expect(asked.json).to.deep.equal({
      id: 'request-1',
      worker_id: WORKER,
      result: { exit: { exit_code: 2, timed_out: false, duration_ms: 1 } },
    });
  });

  it('tells a timeout in the exit record, and as an error to those who did not ask for one', async () => {
    worker = await running(() => Promise.resolve({ exitCode: 137, timedOut: true, durationMs: 9 }));
    const outcome = await worker.client().execStream(TARGET, { onOutput: () => undefined });
    expect(outcome).to.deep.equal({ exitCode: 137, timedOut: true, durationMs: 9 });
    const answer = await post(`${worker.url}/rpc`, envelope('worker.exec_stream'), {
      'x-worker-id': WORKER,
      'x-worker-token': rpcToken(),
      'x-worker-stream': 'ndjson',
    });
    expect(answer.json['error']).to.equal('context deadline exceeded');
  });

  it('answers an error before the first output with its status', async () => {
    worker = await running(() => Promise.reject(new RpcMethodError('not_found', 'sandbox not found: sb-1')));
    const failure = await failureOf(worker.client().execStream(TARGET, { onOutput: () => undefined }));
    expect(failure).to.include({
      code: 'not_found',
      status: 404,
      reason: 'sandbox_not_found',
      outcome: 'not_executed',
    });
  });

  it('tells an error after the first output in the stream', async () => {
    worker = await running(async ({ onOutput }) => {
      await onOutput('stdout', Buffer.from('some'));
      throw new RpcMethodError('internal', 'the sandbox died', { reason: 'sandbox_died' });
    });
    const seen: string[] = [];
    const failure = await failureOf(
      worker.client().execStream(TARGET, { onOutput: (_stream, data) => void seen.push(data) }),
    );
    expect(seen).to.deep.equal(['some']);
    expect(failure).to.include({ code: 'remote_error', reason: 'sandbox_died', outcome: 'unknown' });
  });

  it('passes on what the listener throws, and leaves the worker', async () => {
    let aborted = false;
    worker = await running(async ({ onOutput, signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      while (!aborted) await onOutput('stdout', Buffer.alloc(1000, 'x'));
      return DONE;
    });
    const failure = await failureOf(
      worker.client().execStream(TARGET, {
        onOutput() {
          throw new RangeError('enough');
        },
      }),
    );
    expect(failure).to.be.instanceOf(RangeError);
    await eventually(() => aborted);
  });

  it('ends at once when its caller aborts, even while the listener is busy', async () => {
    let aborted = false;
    worker = await running(async ({ onOutput, signal }) => {
      await onOutput('stdout', Buffer.from('x'));
      await once(signal, 'abort');
      aborted = true;
      return DONE;
    });
    const controller = new AbortController();
    const failure = await failureOf(
      worker.client().execStream(TARGET, {
        signal: controller.signal,
        onOutput() {
          controller.abort();
          return new Promise<void>(() => undefined);
        },
      }),
    );
    expect(failure).to.include({ code: 'aborted', outcome: 'unknown' });
    await eventually(() => aborted);
  });

  it('of a worker that is killed in the middle is connection_lost', async () => {
    worker = await startWorker();
    const answer = (line: string): string =>
      `HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n${line}`;
    const program = `
      const net = require('node:net');
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined).once('data', (head) => {
          const id = /"id":"([^"]+)"/.exec(head)[1];
          const line = JSON.stringify({ id, worker_id: '${WORKER}', result: { stream: 'stdout', data: 'x' } }) + '\\n';
          socket.write('${answer('')}' + line.length.toString(16) + '\\r\\n' + line + '\\r\\n');
        });
      });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      const client = worker.client({ rpcUrl: `http://127.0.0.1:${port.toString().trim()}` });
      const failure = await failureOf(
        client.execStream(TARGET, { onOutput: () => void child.kill('SIGKILL') }),
      );
      expect(failure).to.include({ code: 'connection_lost', outcome: 'unknown' });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
