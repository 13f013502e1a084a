import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openAnswerRoom } from '../src/answer-room.js';
import { eventually, failureOf, startWorker, type TestWorker } from './worker-fixture.js';

const MIB = 1024 * 1024;
const DONE = { exitCode: 0, timedOut: false, durationMs: 1 };

describe('room for the answers that a client reads', () => {
  let worker: TestWorker;
  afterEach(() => worker.close());

  const start = async (mib: number, execMarginMs?: number) => {
    worker = await startWorker({
      replaced: {
        async exec(_params, { onOutput }) {
          await onOutput('stdout', Buffer.alloc(mib * MIB, 'x'));
          return DONE;
        },
      },
    });
    return worker.client(execMarginMs === undefined ? {} : { timeouts: { execMarginMs } });
  };
  const target = { sandboxId: 'sb-1', command: 'x' };

  it('is not asked for up to 1 MiB', async () => {
    const client = await start(0.5);
    const asked: number[] = [];
    const reserve = async (bytes: number) => asked.push(bytes) > 0;
    expect((await client.exec(target, { reserve })).stdout.length).to.equal(0.5 * MIB);
    expect(asked).to.deep.equal([]);
  });

  it('is asked for by the length of the answer, before it is read', async () => {
    const client = await start(12);
    const asked: number[] = [];
    let grant: (granted: boolean) => void = () => undefined;
    const call = client.exec(target, {
      reserve: (bytes) => {
        asked.push(bytes);
        return new Promise((resolve) => {
          grant = resolve;
        });
      },
    });
    await eventually(() => asked.length === 1);
    expect(asked[0]).to.be.within(12 * MIB, 12 * MIB + 1_000);
    expect(worker.answerBytes(), 'the worker still holds it').to.be.greaterThan(11 * MIB);
    grant(true);
    expect((await call).stdout.length).to.equal(12 * MIB);
    await eventually(() => worker.answerBytes() === 0);
    expect(asked.length).to.equal(1);
  });

  it('that is not there makes the call fail as answers_busy, and lets the worker forget the answer', async () => {
    const client = await start(3);
    const failure = await failureOf(client.exec(target, { reserve: async () => false }));
    expect(failure).to.include({ code: 'answers_busy', outcome: 'unknown' });
    await eventually(() => worker.answerBytes() === 0);
  });

  it('that does not come within the time of the call is answers_busy too, and no silence of the worker', async () => {
    // Enough for the worker to answer, however busy the machine is.
    const client = await start(3, 2_000);
    let waiting: AbortSignal | undefined;
    const reserve = (_bytes: number, signal: AbortSignal) => {
      waiting = signal;
      return new Promise<boolean>(() => undefined);
    };
    const failure = await failureOf(client.exec({ ...target, timeoutMs: 1 }, { reserve }));
    expect(failure).to.include({ code: 'answers_busy', outcome: 'unknown' });
    expect(waiting?.aborted, 'nobody waits any more').to.equal(true);
  });

  it('is not waited for when the caller goes away, or the connection is lost', async () => {
    const client = await start(12);
    const caller = new AbortController();
    const never = (then: () => void) => () => {
      setImmediate(then);
      return new Promise<boolean>(() => undefined);
    };
    const left = client.exec(target, { signal: caller.signal, reserve: never(() => caller.abort()) });
    expect(await failureOf(left)).to.include({ code: 'aborted' });
    let granted: (is: boolean) => void = () => undefined;
    const reserve = () => {
      worker.server.closeAllConnections();
      setTimeout(() => granted(true), 20);
      return new Promise<boolean>((resolve) => {
        granted = resolve;
      });
    };
    expect(await failureOf(client.exec(target, { reserve }))).to.include({ code: 'connection_lost' });
  });

  it('is not kept for an answer that does not arrive', async () => {
    worker = await startWorker();
    const slow = createServer((_, response) => {
      response.setHeader('content-length', 3 * MIB);
      response.write('{');
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    try {
      const asking = get({ port: (slow.address() as AddressInfo).port, agent: false });
      asking.on('error', () => undefined);
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      const room = openAnswerRoom(async () => true, 50);
      expect((await failureOf(room.read(response, 4 * MIB))).message).to.contain('did not arrive');
    } finally {
      slow.closeAllConnections();
      slow.close();
    }
  });

  it('is asked for by the limit where no length is told, and by the length once it is known', async () => {
    worker = await startWorker();
    const asked: number[] = [];
    // A worker that sends what it has, as the reference does.
    const reference = createServer((incoming, response) => {
      incoming.setEncoding('utf8');
      let text = '';
      incoming
        .on('data', (part: string) => {
          text += part;
        })
        .on('end', () => {
          const { id, worker_id } = JSON.parse(text) as Record<string, string>;
          response.write(JSON.stringify({ id, worker_id, result: { exit_code: 0 } }).slice(0, -2));
          const line = JSON.stringify({ stdout: 'x'.repeat(3 * MIB) }).slice(1, -1);
          response.end(`,${line}}}`);
        });
    });
    reference.listen(0, '127.0.0.1');
    await once(reference, 'listening');
    const address = reference.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const client = worker.client({ rpcUrl: `http://127.0.0.1:${port}` });
      const reserve = async (bytes: number) => asked.push(bytes) > 0;
      expect((await client.exec(target, { reserve })).stdout.length).to.equal(3 * MIB);
      expect(asked[0]).to.equal(64 * MIB);
      expect(asked[1]).to.be.within(3 * MIB, 3 * MIB + 1_000);
    } finally {
      reference.closeAllConnections();
      reference.close();
    }
  });
});
