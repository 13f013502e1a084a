import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileContext, Orchestrator } from '@stacyvm/orchestrator';
import { expect } from 'chai';
import express from 'express';
import { createHeldAnswers } from '../../src/held-answers.js';
import { contextOf, requestContext } from '../../src/request-context.js';
import { execHandlers } from '../../src/routes/exec.js';
import { fileHandlers } from '../../src/routes/files.js';
import { sandboxHandlers } from '../../src/routes/sandboxes.js';
import { captureLogs } from '../log-capture.js';

const BYTES = 300;

describe('the routes with long answers', () => {
  const answers = createHeldAnswers({ limitBytes: 1_000 });
  let server: Server;
  let url: string;
  let heldMeanwhile: number | undefined;

  before(async () => {
    const asking =
      <T>(result: T) =>
      async (...args: readonly unknown[]): Promise<T> => {
        const { reserve } = args.at(-1) as FileContext;
        if (reserve === undefined) throw new Error('the route knows of no room');
        expect(await reserve(BYTES, new AbortController().signal)).to.equal(true);
        heldMeanwhile = answers.status().heldBytes;
        return result;
      };
    const sandboxes = {
      exec: { run: asking({ exitCode: 0, stdout: '', stderr: '', durationMs: 1, truncated: false }) },
      files: { list: asking([]), glob: asking([]), read: asking(undefined) },
      logs: asking([]),
    };
    const orchestrator = { within: () => sandboxes } as unknown as Orchestrator;
    const { logger } = captureLogs();
    const routes = {
      ...execHandlers(orchestrator, logger, answers),
      ...fileHandlers(orchestrator, answers),
      ...sandboxHandlers(orchestrator, logger, () => Promise.resolve(), answers),
    };
    const app = express();
    app.use(requestContext({ logger, addressOf: () => '' }), (request, _response, next) => {
      Object.assign(contextOf(request), { reach: { kind: 'all' }, tenant: 'tn-a' });
      request.body = { command: 'any' };
      next();
    });
    for (const operation of [
      'execInSandbox',
      'listFiles',
      'globFiles',
      'readFile',
      'getSandboxLogs',
    ] as const) {
      app.get(`/:id/${operation}`, routes[operation]);
    }
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const operation of ['execInSandbox', 'listFiles', 'globFiles', 'readFile', 'getSandboxLogs']) {
    it(`${operation} has room for its answer until the answer is out`, async () => {
      heldMeanwhile = undefined;
      const response = await fetch(`${url}/sb-1/${operation}`);
      await response.arrayBuffer();
      expect(response.status).to.equal(200);
      expect(heldMeanwhile).to.equal(BYTES);
      const deadline = performance.now() + 5_000;
      while (answers.status().heldBytes > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(answers.status().heldBytes).to.equal(0);
    });
  }
});
