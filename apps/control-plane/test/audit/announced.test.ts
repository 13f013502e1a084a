import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { listOperations } from '@stacyvm/api';
import { expect } from 'chai';
import express from 'express';
import type { AttemptEnd, AuditedAction } from '../../src/audit/admin-audit.js';
import { announceOperations, auditRefusals } from '../../src/audit/audited-handlers.js';
import { AUDITED_OPERATIONS } from '../../src/audit/audited-operations.js';
import { SANDBOX_OPERATIONS } from '../../src/audit/sandbox-operations.js';
import { badRequest, problemOf } from '../../src/http-errors.js';
import { contextOf, requestContext } from '../../src/request-context.js';
import { handle } from '../../src/routes/handler.js';
import { eventually } from '../eventually.js';
import { captureLogs } from '../log-capture.js';

describe('operations that are announced to the audit', () => {
  it('are all that change something', () => {
    const known = new Set([...Object.keys(AUDITED_OPERATIONS), ...Object.keys(SANDBOX_OPERATIONS)]);
    const changing = listOperations().filter(
      ({ method, path }) => method !== 'get' && !path.startsWith('/worker/'),
    );
    expect(changing.map(({ id }) => id).filter((id) => !known.has(id))).to.deep.equal([]);
  });

  /** Serves one operation, and tells what the audit is told. */
  async function serve(work: (heard: string[]) => Promise<void>, operation = 'destroySandbox') {
    const heard: string[] = [];
    const intents: AuditedAction[] = [];
    const ends: AttemptEnd[] = [];
    const app = express();
    app.use(requestContext({ logger: captureLogs().logger, addressOf: () => '' }));
    app.use(express.json());
    app.use((request, _response, next) => {
      Object.assign(contextOf(request), { operation, pathId: 'sb-1' });
      next();
    });
    app.use(
      announceOperations({
        begin: async (_requester, action) => {
          heard.push('intent');
          intents.push(action);
          const end = async (given: AttemptEnd) => {
            heard.push(`${given.outcome} ${given.reason ?? ''} ${given.status ?? ''}`);
            ends.push(given);
          };
          return { note: () => undefined, end, endBeforeAnswer: end };
        },
      }),
    );
    app.use(
      handle(async (_request, response) => {
        await work(heard);
        response.json({});
      }),
    );
    app.use(auditRefusals({ refused: async () => void heard.push('refused') }));
    app.use(((error, _request, response, _next) => {
      response.status(problemOf(error).status).end();
    }) as express.ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { heard, intents, ends, port, close: () => server.close() };
  }
  const post = (port: number, body: unknown = {}) =>
    fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { connection: 'close', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('are recorded before they are done, and after', async () => {
    const { heard, port, close } = await serve(async (said) => void said.push('work'));
    await post(port);
    expect(heard).to.deep.equal(['intent', 'work', 'success  200']);
    close();
  });

  it('are recorded with what went wrong', async () => {
    const { heard, port, close } = await serve(() => Promise.reject(badRequest('bad_thing', 'no')));
    await post(port);
    expect(heard).to.deep.equal(['intent', 'failure bad_thing 400']);
    close();
  });

  it('are recorded when their caller has gone away meanwhile', async () => {
    let finish: () => void = () => undefined;
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { heard, port, close } = await serve(() => working);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await eventually(async () => {
      expect(heard).to.deep.equal(['intent']);
    });
    socket.destroy();
    await once(socket, 'close');
    finish();
    await eventually(async () => {
      expect(heard).to.deep.equal(['intent', 'success  200']);
    });
    close();
  });

  it('are recorded with a command that is cut and has no secrets, and without values of the environment', async () => {
    const { intents, port, close } = await serve(async () => undefined, 'execInSandbox');
    const secret = 'hunter2-hunter2-hunter2';
    await post(port, {
      command: `curl -H "Authorization: Bearer ${secret}" ${'x'.repeat(400)}`,
      env: { TOKEN: secret },
      stdin: secret,
    });
    const detail = intents[0]?.detail ?? {};
    expect(JSON.stringify(detail)).not.to.contain(secret);
    expect(detail).to.deep.include({ env: ['TOKEN'], stdin: true, command_cut: true });
    expect(detail['command']).to.have.length(256);
    close();
  });
});
