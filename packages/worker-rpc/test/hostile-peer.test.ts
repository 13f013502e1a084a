import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { createRpcClient, type RpcClient } from '../src/index.js';
import {
  eventually,
  failureOf,
  listen,
  MASTER_KEY,
  rpcToken,
  startWorker,
  type TestServer,
  WORKER,
} from './worker-fixture.js';

const MIB = 1024 * 1024;
const TARGET = { sandboxId: 'sb-1', command: 'true', path: '/' };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process holds in memory when nothing more of what was left is given back. */
async function heldBytes(): Promise<number> {
  let held = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 8; look += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    const { heapUsed, external } = process.memoryUsage();
    const before = held;
    held = heapUsed + external;
    if (held > before - 64 * 1024) break;
  }
  return held;
}

/** How long the longest text was that was parsed meanwhile: work is counted and not time, which passes on a busy machine as well. */
async function longestParsed(work: () => Promise<unknown>): Promise<number> {
  const { parse } = JSON;
  let longest = 0;
  JSON.parse = (text: string, reviver) => {
    longest = Math.max(longest, text.length);
    return parse(text, reviver) as unknown;
  };
  try {
    await work();
  } finally {
    JSON.parse = parse;
  }
  return longest;
}

describe('a worker that lies', () => {
  let server: TestServer;
  let client: RpcClient;
  afterEach(async () => {
    client.close();
    await server.close();
  });

  async function answering(answer: (response: ServerResponse) => void): Promise<void> {
    server = await listen(
      createServer((request, response) => {
        request.resume();
        response.on('error', () => undefined);
        answer(response);
      }),
    );
    client = createRpcClient({
      workerId: WORKER,
      rpcUrl: server.url,
      credential: { kind: 'signed', key: deriveWorkerKey(MASTER_KEY, WORKER) },
    });
  }

  const bombs: ReadonlyArray<readonly [string, string, (rpc: RpcClient) => Promise<unknown>]> = [
    ['a status that is nested without end', '[', (rpc) => rpc.status(TARGET)],
    ['output that is nested without end', '[', (rpc) => rpc.exec(TARGET)],
    ['output of millions of objects', '{},', (rpc) => rpc.exec(TARGET)],
  ];
  for (const [name, piece, call] of bombs) {
    it(`does not stop the control plane by ${name}`, async () => {
      const part = Buffer.from(piece.repeat(Math.floor(MIB / piece.length)));
      await answering((response) => {
        response.write('{"result":[');
        for (let sent = 0; sent < 24; sent += 1) response.write(part);
        response.end();
      });
      const longest = await longestParsed(async () => {
        expect(await failureOf(call(client))).to.include({ code: 'protocol_error' });
      });
      // Parsed, they stop everything else for seconds.
      expect(longest).to.be.lessThan(MIB);
    });
  }

  it('does not keep an exec going by a stream that goes on after its exit', async () => {
    await answering((response) => {
      let open = true;
      response.on('close', () => {
        open = false;
      });
      response.socket?.once('data', () => undefined);
      response.req.setEncoding('utf8').on('data', async (text: string) => {
        const { id } = JSON.parse(text) as { id: string };
        response.writeHead(200, { 'x-worker-stream-exit': '1' });
        const line = (result: unknown) => `${JSON.stringify({ id, worker_id: WORKER, result })}\n`;
        response.write(line({ exit: { exit_code: 3 } }));
        while (open) {
          response.write(line({ stream: 'stdout', data: 'more' }));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
    });
    const signal = AbortSignal.timeout(15_000);
    const outcome = await client.execStream(TARGET, { signal, onOutput: () => undefined });
    expect(outcome.exitCode).to.equal(3);
  });
});

describe('a body that arrives byte by byte', () => {
  const BODY_BYTES = 64 * 1024;
  const CONNECTIONS = 4;

  it('takes no more memory than its size', async function () {
    // Garbage of all suites before is collected, more than once.
    this.timeout(60_000);
    const worker = await startWorker();
    const sockets: Socket[] = [];
    try {
      const before = await heldBytes();
      const head = [
        'POST /rpc HTTP/1.1',
        'Host: worker',
        'Transfer-Encoding: chunked',
        `X-Worker-ID: ${WORKER}`,
        `X-Worker-Token: ${rpcToken()}`,
      ].join('\r\n');
      for (let connection = 0; connection < CONNECTIONS; connection += 1) {
        const socket = connect(Number(new URL(worker.url).port), '127.0.0.1');
        sockets.push(socket);
        socket.write(`${head}\r\n\r\n${'1\r\n \r\n'.repeat(BODY_BYTES)}`);
      }
      await Promise.all(sockets.map((socket) => socket.writableNeedDrain && once(socket, 'drain')));
      await eventually(() => worker.inFlight() === CONNECTIONS);
      // Everything has been read when the last bytes have left.
      await eventually(() => sockets.every(({ bufferSize }) => bufferSize === 0));
      await new Promise((resolve) => setTimeout(resolve, 200));
      // 64 KiB each, in buffers that may be half empty; kept one by one they were 6 MiB each.
      expect(((await heldBytes()) - before) / CONNECTIONS).to.be.lessThan(MIB);
    } finally {
      for (const socket of sockets) socket.destroy();
      await worker.close();
    }
  });
});
