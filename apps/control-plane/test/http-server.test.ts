import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createHttpServer, HTTP_TIMEOUTS, type HttpServer, takesItsTime } from '../src/http-server.js';
import { exchange, parseAnswer } from './api-calls.js';
import { eventually } from './eventually.js';

/** For those who do not come to the end of their requests; whoever is to be served needs more. */
const QUICK = {
  headersTimeout: 150,
  requestTimeout: 300,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 20,
};
const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

describe('the HTTP server', () => {
  let http: HttpServer;
  let port: number;
  let warnings: string[];
  const sockets: Socket[] = [];
  const logger = { warn: (message: string) => void warnings.push(message) };

  async function start(listener: RequestListener, timeouts = HTTP_TIMEOUTS): Promise<void> {
    warnings = [];
    http = createHttpServer(listener, timeouts);
    http.server.listen(0, '127.0.0.1');
    await once(http.server, 'listening');
    port = (http.server.address() as AddressInfo).port;
  }

  async function connection(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    http.server.closeAllConnections();
    if (http.server.listening) await new Promise((resolve) => http.server.close(resolve));
  });

  const malformed = [
    { name: 'no HTTP', bytes: 'hello\r\n\r\n', status: 400, reason: 'malformed_request' },
    { name: 'TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00', status: 400, reason: 'malformed_request' },
    {
      name: 'NUL in a path',
      bytes: 'GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n',
      status: 400,
      reason: 'malformed_request',
    },
    {
      name: 'headers over 16 KiB',
      bytes: `GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      status: 431,
      reason: 'headers_too_large',
    },
    {
      name: 'headers that never end',
      bytes: 'GET / HTTP/1.1\r\nX: ',
      status: 408,
      reason: 'request_timeout',
    },
    {
      name: 'a body that never ends',
      bytes: 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{',
      status: 408,
      reason: 'request_timeout',
    },
  ];
  for (const { name, bytes, status, reason } of malformed) {
    it(`answers ${name} with ${status} ${reason} in JSON and closes`, async () => {
      const timeouts = reason === 'request_timeout' ? QUICK : HTTP_TIMEOUTS;
      await start((request, response) => {
        request.on('end', () => response.end()).resume();
      }, timeouts);
      const answer = parseAnswer(await exchange(port, bytes));
      expect([answer.status, answer.body['reason']]).to.deep.equal([status, reason]);
      expect(answer.body).to.have.all.keys('code', 'message', 'reason', 'request_id');
      expect(answer.head).to.contain('Connection: close');
      expect(answer.head).to.contain(`X-Request-ID: ${answer.body['request_id']}`);
    });
  }

  it('ends a hundred callers who send a byte now and then, and serves the others meanwhile', async () => {
    await start((_request, response) => response.end('served'), {
      ...QUICK,
      headersTimeout: 1_000,
      requestTimeout: 2_000,
    });
    const slow = await Promise.all(Array.from({ length: 100 }, () => connection()));
    const closed = Promise.all(slow.map((socket) => once(socket.resume(), 'close')));
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('X');
    }, 20);
    try {
      for (const socket of slow) socket.write('GET / HTTP/1.1\r\nHost: h\r\nX: ');
      expect(
        parseAnswer(await exchange(port, `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)).status,
      ).to.equal(200);
      await closed;
    } finally {
      clearInterval(drip);
    }
  });

  it('takes 16 KiB of headers and no more, whatever Node was told', async () => {
    await start((_request, response) => response.end());
    const statusWith = async (length: number) =>
      parseAnswer(
        await exchange(
          port,
          `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: ${'a'.repeat(length)}\r\n\r\n`,
        ),
      ).status;
    expect(await statusWith(15_000)).to.equal(200);
    expect(await statusWith(17_000)).to.equal(431);
  });

  it('closes a connection on which nothing comes', async () => {
    await start((_request, response) => response.end(), QUICK);
    const socket = await connection();
    await once(socket.resume(), 'close');
  });

  it('does not write an error into an answer that has begun', async () => {
    await start((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('begun');
    });
    const socket = await connection();
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
    await eventually(() => expect(answer).to.contain('begun'));
    socket.write('not a chunk\r\n');
    await once(socket, 'close');
    expect(answer).to.match(/begun$/);
  });

  it('gives callers limited time to ask, and programs any time to answer', () => {
    expect(HTTP_TIMEOUTS.headersTimeout).to.be.at.most(15_000);
    expect(HTTP_TIMEOUTS.requestTimeout).to.be.at.most(60_000);
    expect(HTTP_TIMEOUTS.connectionsCheckingInterval).to.be.at.most(5_000);
    http = createHttpServer(() => undefined);
    expect(http.server.timeout).to.equal(0);
  });

  it('lets a request take its time that may, and not the next one on the same connection', async () => {
    const timeouts = { ...QUICK, headersTimeout: 500, requestTimeout: 500 };
    await start((request, response) => {
      if (request.url === '/upload') takesItsTime(request);
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => response.end(`got ${body}.`));
    }, timeouts);
    const socket = await connection();
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write('POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n');
    for (let sent = 0; sent < 10; sent += 1) {
      await new Promise((resolve) => setTimeout(resolve, timeouts.requestTimeout / 5));
      socket.write(String(sent));
    }
    await eventually(() => expect(answer).to.contain('got 0123456789.'));
    socket.write('POST /other HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0');
    await eventually(() => expect(answer).to.contain('request_timeout'));
  });

  describe('drain', () => {
    it('lets the request in flight end, tells its connection to close, and takes no new one', async () => {
      let answer = (): void => undefined;
      await start((_request, response) => {
        answer = () => response.end('done');
      });
      const socket = await connection();
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.write(GET);
      await eventually(() => expect(answer.toString()).to.contain('done'));
      let drained = false;
      const draining = http.drain(5_000, logger).then(() => {
        drained = true;
      });
      const late = connect(port, '127.0.0.1');
      const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).to.equal('ECONNREFUSED');
      expect(drained).to.equal(false);
      answer();
      await draining;
      await eventually(() => expect(received).to.contain('done'));
      expect(received).to.contain('Connection: close');
      expect(warnings).to.deep.equal([]);
    });

    it('does not wait for connections that are idle or were never used', async () => {
      await start((_request, response) => response.end('done'));
      const used = await connection();
      used.write(GET);
      await once(used, 'data');
      await connection();
      const started = performance.now();
      await http.drain(10_000, logger);
      expect(performance.now() - started).to.be.below(2_000);
      expect(warnings).to.deep.equal([]);
    });

    it('closes a kept connection as soon as its last answer has ended', async () => {
      let end = (): void => undefined;
      await start((_request, response) => {
        response.write('begun');
        end = () => response.end('done');
      });
      const socket = await connection();
      socket.write(GET);
      await once(socket, 'data');
      const started = performance.now();
      const draining = http.drain(10_000, logger);
      end();
      await draining;
      expect(performance.now() - started).to.be.below(2_000);
    });

    it('cuts what still runs at the limit, and says so', async () => {
      await start((_request, response) => {
        response.write('begun');
      });
      const socket = await connection();
      socket.write(GET);
      await once(socket, 'data');
      await http.drain(100, logger);
      expect(warnings).to.have.length(1);
      if (!socket.closed) await once(socket, 'close');
    });
  });
});
