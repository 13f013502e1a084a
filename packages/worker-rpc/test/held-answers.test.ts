import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { ExecContext, RpcMethods } from '../src/index.js';
import { memoryFiles } from './files/memory-files.js';
import {
  envelope,
  eventually,
  failureOf,
  post,
  rpcToken,
  startWorker,
  type TestWorker,
} from './worker-fixture.js';

const MIB = 1024 * 1024;
const DONE = { exitCode: 0, timedOut: false, durationMs: 1 };

/** A program that does not end in its time, having written 1.5 MiB. */
const OUT_OF_TIME = '1.5';

/** Programs that write as many MiB as their command says, and end when they may. */
function programs(): { readonly exec: RpcMethods['exec']; end(): void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const chunk = Buffer.alloc(64 * 1024, 'x');
  return {
    async exec({ command }, { onOutput, signal }) {
      if (command === 'fail') throw new Error('no such luck');
      for (let written = 0; written < Number(command) * MIB; written += chunk.length) {
        await onOutput('stdout', chunk);
      }
      if (command !== '0') await Promise.race([ended, once(signal, 'abort')]);
      return { ...DONE, timedOut: command === OUT_OF_TIME };
    },
    end: () => end(),
  };
}

describe('answers in one piece', () => {
  let worker: TestWorker;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await worker.close();
  });

  /** By hand, with a reader that takes nothing of the answer. */
  async function callAndStall(method: string, params: Record<string, unknown>): Promise<Socket> {
    const body = JSON.stringify(envelope(method, { params }));
    const socket = connect(Number(new URL(worker.url).port), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    sockets.push(socket);
    const head = [
      'POST /rpc HTTP/1.1',
      'Host: worker',
      `X-Worker-ID: worker-a`,
      `X-Worker-Token: ${rpcToken()}`,
    ];
    socket.write(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`);
    await once(socket, 'connect');
    return socket;
  }

  it('take memory of one pool: under pressure output is cut, and what is small is whole', async () => {
    const { exec, end } = programs();
    worker = await startWorker({ replaced: { exec }, limits: { answerBytes: 16 * MIB } });
    const client = worker.client();
    const long = Array.from({ length: 24 }, (_, index) =>
      client.exec({ sandboxId: `sb-${index % 6}`, command: '8', timeoutMs: 60_000 }),
    );
    await eventually(() => worker.answerBytes() > 15 * MIB);
    expect(worker.answerBytes()).to.be.at.most(16 * MIB);
    const small = await client.exec({ sandboxId: 'sb-other', command: '0', timeoutMs: 5_000 });
    expect(small).to.include({ truncated: false, exitCode: 0 });
    end();
    const results = await Promise.all(long);
    const bytes = results.map(({ stdout }) => stdout.length);
    expect(Math.min(...bytes), 'each has its own').to.be.at.least(256 * 1024);
    expect(bytes.reduce((sum, size) => sum + size, 0)).to.be.within(16 * MIB, 24 * 256 * 1024 + 16 * MIB);
    expect(results.filter(({ truncated }) => truncated).length).to.be.greaterThan(20);
    await eventually(() => worker.answerBytes() === 0);
  });

  it('of one sandbox take a quarter at most', async () => {
    const { exec, end } = programs();
    worker = await startWorker({ replaced: { exec }, limits: { answerBytes: 16 * MIB } });
    const long = [1, 2, 3].map(() =>
      worker.client().exec({ sandboxId: 'sb-1', command: '8', timeoutMs: 60_000 }),
    );
    await eventually(() => worker.answerBytes() === 4 * MIB);
    const other = worker.client().exec({ sandboxId: 'sb-2', command: '2', timeoutMs: 60_000 });
    await eventually(() => worker.answerBytes() > 5 * MIB);
    end();
    expect((await other).truncated).to.equal(false);
    expect((await Promise.all(long)).some(({ truncated }) => truncated)).to.equal(true);
  });

  it('give everything back when calls are cancelled, fail, run out of time or lose their connection', async () => {
    const { exec, end } = programs();
    worker = await startWorker({ replaced: { exec }, limits: { answerBytes: 64 * MIB } });
    const client = worker.client();
    const caller = new AbortController();
    const target = (sandboxId: string, command: string) => ({ sandboxId, command, timeoutMs: 60_000 });
    const cancelled = failureOf(client.exec(target('sb-1', '3'), { signal: caller.signal }));
    const timedOut = failureOf(client.exec(target('sb-2', OUT_OF_TIME)));
    const broken = await callAndStall('worker.exec', { sandbox_id: 'sb-3', command: '4' });
    await eventually(() => worker.answerBytes() >= 7 * MIB);
    expect(await failureOf(client.exec(target('sb-4', 'fail')))).to.include({ code: 'remote_error' });
    caller.abort();
    broken.destroy();
    expect(await cancelled).to.include({ code: 'aborted' });
    await eventually(() => worker.answerBytes() === 1.25 * MIB);
    end();
    expect(await timedOut).to.include({ code: 'exec_timeout' });
    await eventually(() => worker.answerBytes() === 0 && worker.inFlight() === 0);
  });

  it('of revoked callers are forgotten while the program still runs', async () => {
    let context: ExecContext | undefined;
    let finish: () => void = () => undefined;
    worker = await startWorker({
      replaced: {
        async exec(_params, given) {
          context = given;
          await given.onOutput('stdout', Buffer.alloc(2 * MIB, 'x'));
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return DONE;
        },
      },
    });
    const revoked = failureOf(worker.client().exec({ sandboxId: 'sb-1', command: 'x', timeoutMs: 60_000 }));
    await eventually(() => worker.answerBytes() > MIB);
    expect(worker.revalidate(() => true)).to.equal(1);
    expect(await revoked).to.include({ reason: 'token_revoked' });
    await eventually(() => worker.answerBytes() === 0);
    await context?.onOutput('stdout', Buffer.alloc(4 * MIB, 'x'));
    expect(worker.answerBytes(), 'nobody is told').to.equal(0);
    finish();
    await eventually(() => worker.inFlight() === 0);
  });

  it('are held until they are read, and no longer than a reader may stall', async () => {
    const { exec, end } = programs();
    end();
    worker = await startWorker({ replaced: { exec }, limits: { streamStallMs: 300 } });
    await callAndStall('worker.exec', { sandbox_id: 'sb-1', command: '16' });
    await eventually(() => worker.answerBytes() > 15 * MIB && worker.load().exec === 0);
    await eventually(() => worker.answerBytes() === 0);
  });

  describe('of calls that only read', () => {
    const lines = ['y'.repeat(11.5 * MIB)];
    const long = async () => {
      const files = memoryFiles();
      files.contents.set('/big', Buffer.alloc(2 * MIB, 'z'));
      const names = Array.from(
        { length: 40_000 },
        (_, index) => `/a/name/that/is/rather/long/as/they/are/${index}`,
      );
      worker = await startWorker({
        limits: { answerBytes: 48 * MIB },
        replaced: {
          logs: () => Promise.resolve(lines),
          files: {
            ...files,
            list: async () => names.map((path) => ({ ...LISTED, path })),
            glob: async () => names,
          },
        },
      });
    };
    const LISTED = { size: 1, mode: '644', isDirectory: false, modifiedAt: '2030-01-01T00:00:00Z' };
    const read = () => {
      const body = envelope('worker.file_read', { params: { sandbox_id: 'sb-1', path: '/big' } });
      return post(`${worker.url}/rpc`, body, { 'x-worker-id': 'worker-a', 'x-worker-token': rpcToken() });
    };

    it('are refused as busy, without an effect, where the pool is taken', async () => {
      await long();
      const stalled = await callAndStall('worker.logs', { sandbox_id: 'sb-1', lines: 5 });
      await eventually(() => worker.answerBytes() > 11 * MIB);
      const client = worker.client();
      const refused = { code: 'worker_busy', reason: 'worker_busy', outcome: 'not_executed', status: 503 };
      const target = { sandboxId: 'sb-1', path: '/' };
      expect(await failureOf(client.logs({ sandboxId: 'sb-1' }))).to.include(refused);
      expect(await failureOf(client.files.list(target))).to.include(refused);
      expect(await failureOf(client.files.glob({ sandboxId: 'sb-1', pattern: '*' }))).to.include(refused);
      const whole = await read();
      expect(whole.json).to.include({ reason: 'worker_busy' });
      expect(whole.headers.get('retry-after')).to.equal('1');
      expect(await client.logs({ sandboxId: 'sb-2' }), 'another sandbox has its share').to.deep.equal(lines);
      stalled.destroy();
      await eventually(() => worker.answerBytes() === 0);
      expect(await client.logs({ sandboxId: 'sb-1' })).to.deep.equal(lines);
      expect((await client.files.list(target)).length).to.equal(40_000);
      const { content } = (await read()).json['result'] as { content: string };
      expect(Buffer.from(content, 'base64').length).to.equal(2 * MIB);
      await eventually(() => worker.answerBytes() === 0);
    });
  });
});
