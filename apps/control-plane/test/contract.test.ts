import { listOperations, openApiDocument } from '@stacyvm/api';
import { AuthError } from '@stacyvm/auth';
import { expect } from 'chai';
import express from 'express';
import { guardOperations, isPublicPath, requestDocument } from '../src/contract.js';
import { requestContext } from '../src/request-context.js';
import { captureLogs } from './log-capture.js';

describe('the served contract', () => {
  it('has every operation but those of the worker protocol', () => {
    const served = listOperations(requestDocument()).map(({ id }) => id);
    expect(served).not.to.include.members([
      'workerHeartbeat',
      'renewWorkerLease',
      'enrolWorker',
      'issueOwnWorkerToken',
    ]);
    expect(listOperations().filter(({ id }) => !served.includes(id))).to.have.length(4);
  });

  it('leaves the contract itself as it is', () => {
    const before = structuredClone(openApiDocument);
    requestDocument();
    expect(openApiDocument).to.deep.equal(before);
  });

  it('has whatever its requests refer to, and nothing of the answers', () => {
    const { paths, components } = requestDocument() as Record<'paths' | 'components', object>;
    const referredTo = new Set(JSON.stringify({ paths, components }).match(/#\/components\/\w+\/\w+/g));
    const there = Object.entries(components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, named]) => Object.keys(named).map((name) => `#/components/${kind}/${name}`));
    expect(there)
      .to.have.members([...referredTo])
      .and.to.include('#/components/schemas/SpawnRequest');
    expect(there).not.to.include('#/components/schemas/Error');
  });
});

describe('isPublicPath', () => {
  const paths = [
    { method: 'GET', path: '/api/v1/health', isPublic: true },
    { method: 'get', path: '/api/v1/ready', isPublic: true },
    { method: 'POST', path: '/api/v1/health', isPublic: false },
    { method: 'GET', path: '/api/v1/health/', isPublic: false },
    { method: 'GET', path: '/api/v1/Health', isPublic: false },
    { method: 'GET', path: '/api/v1/health/../sandboxes', isPublic: false },
    { method: 'GET', path: '/api/v1/sandboxes', isPublic: false },
    { method: 'GET', path: '/health', isPublic: false },
  ];
  for (const { method, path, isPublic } of paths) {
    it(`${method} ${path}: ${isPublic ? 'anybody' : 'with a credential'}`, () => {
      expect(isPublicPath(method, path)).to.equal(isPublic);
    });
  }
});

describe('guardOperations', () => {
  it('lets nobody pass of whom it is not known who it is', async () => {
    const app = express();
    app.use(requestContext({ logger: captureLogs().logger, addressOf: () => '' }));
    guardOperations(app);
    const refusals: unknown[] = [];
    const reached: string[] = [];
    app.use((request, response) => {
      reached.push(request.path);
      response.end();
    });
    app.use(((error, _request, response, _next) => {
      refusals.push(error);
      response.end();
    }) as express.ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    for (const path of ['/api/v1/sandboxes', '/api/v1/workers/w', '/api/v1/health']) {
      await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
    }
    server.close();
    expect(refusals).to.have.length(2);
    for (const refusal of refusals) expect(refusal).to.be.instanceOf(AuthError);
    expect(reached).to.deep.equal(['/api/v1/health']);
  });
});
