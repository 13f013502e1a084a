import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createHttpServer, HTTP_TIMEOUTS, type HttpServer } from '../src/http-server.js';
import { boundUnreadAnswers } from '../src/unread-answers.js';

/** Far more than the kernel keeps for a connection. */
const ANSWER = Buffer.alloc(24 * 1024 * 1024, 'x');
/** Longer than this process stands still when the machine is busy: a reader cannot take anything meanwhile. */
const STALL_MS = 500;

describe('answers that nobody reads', () => {
  let http: HttpServer;
  let port: number;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await http.drain(0, { warn: () => undefined });
  });

  async function serve(limits: { readonly maxBytes: number; readonly stallMs: number }): Promise<void> {
    const listener = (_: unknown, response: { end(body: Buffer): void }) => response.end(ANSWER);
    http = createHttpServer(listener, HTTP_TIMEOUTS, undefined, boundUnreadAnswers(limits));
    http.server.listen(0, '127.0.0.1');
    await once(http.server, 'listening');
    port = (http.server.address() as AddressInfo).port;
  }
  const open = () =>
    new Promise<number>((resolve, reject) => {
      http.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });

  async function askAndStall(): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).pause();
    sockets.push(socket);
    socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
    await once(http.server, 'request');
  }
  async function until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`${await open()} connections are open`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('end with their connections when they are too much together, those of the first callers first', async () => {
    await serve({ maxBytes: 3 * ANSWER.length, stallMs: 60_000 });
    for (let caller = 0; caller < 8; caller += 1) await askAndStall();
    await until(async () => (await open()) <= 3);
    const read = await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
    expect(read.byteLength, 'who reads gets all').to.equal(ANSWER.length);
  });

  it('end with their connection when nothing of them is taken for a while', async () => {
    await serve({ maxBytes: 100 * ANSWER.length, stallMs: STALL_MS });
    await askAndStall();
    expect(await open()).to.equal(1);
    await until(async () => (await open()) === 0);
  });

  it('leave a connection alone that goes on, and one that has nothing to read', async () => {
    await serve({ maxBytes: 100 * ANSWER.length, stallMs: STALL_MS });
    await askAndStall();
    const [slow] = sockets;
    let received = 0;
    slow?.on('data', (chunk: Buffer) => {
      received += chunk.length;
      slow.pause();
      setTimeout(() => slow.resume(), 1);
    });
    slow?.resume();
    await until(async () => received > ANSWER.length);
    await new Promise((resolve) => setTimeout(resolve, 2 * STALL_MS));
    expect(await open(), 'it is kept for the next request').to.equal(1);
  });
});
