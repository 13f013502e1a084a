import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Orchestrator } from '@stacyvm/orchestrator';
import { expect } from 'chai';
import express from 'express';
import { createHeldAnswers } from '../../src/held-answers.js';
import { contextOf, requestContext } from '../../src/request-context.js';
import { execHandlers } from '../../src/routes/exec.js';
import { captureLogs } from '../log-capture.js';

const CHUNK = 'x'.repeat(64 * 1024);
/** More than the buffers of a connection hold. */
const CHUNKS = 1_000;

describe('a stream and its reader', () => {
  let server: Server;
  let port: number;
  let written: number;
  let ended: Promise<unknown>;

  async function serve(readerStallMs: number): Promise<void> {
    written = 0;
    let end: (error: unknown) => void = () => undefined;
    ended = new Promise((resolve) => {
      end = resolve;
    });
    const exec: Pick<Orchestrator['exec'], 'stream'> = {
      async stream(_id, _request, _context, { onStart, onOutput }) {
        onStart();
        try {
          for (; written < CHUNKS; written += 1) await onOutput({ stream: 'stdout', data: CHUNK });
          end(undefined);
          return { exitCode: 0, durationMs: 1 };
        } catch (error) {
          end(error);
          throw error;
        }
      },
    };
    const { logger } = captureLogs();
    const app = express();
    app.use(requestContext({ logger, addressOf: () => '' }), (request, _response, next) => {
      contextOf(request).reach = { kind: 'all' };
      request.body = { command: 'any', stream: true, exit_record: true };
      next();
    });
    app.post(
      '/:id/exec',
      execHandlers(
        { within: () => ({ exec }) } as unknown as Orchestrator,
        logger,
        createHeldAnswers(),
        readerStallMs,
      ).execInSandbox,
    );
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const request = 'POST /sb-1/exec HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

  it('that takes nothing slows the program down, and counts as gone after a while', async () => {
    await serve(150);
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write(request);
    expect(await ended)
      .to.be.an('error')
      .with.property('name', 'AbortError');
    expect(written).to.be.within(1, CHUNKS - 1);
    socket.destroy();
  });

  it('that is slow, but takes, gets everything', async () => {
    await serve(5_000);
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    let length = 0;
    let tail = '';
    for await (const part of socket) {
      length += (part as Buffer).length;
      tail = (tail + String(part)).slice(-200);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).to.equal(undefined);
    expect(length).to.be.greaterThan(CHUNK.length * CHUNKS);
    expect(tail).to.contain('{"exit":{"exit_code":0');
  });
});
