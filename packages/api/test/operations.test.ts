import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { listOperations, openApiDocument } from '../src/index.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

describe('listOperations', () => {
  it('lists every operation of openapi.yaml once, with its id and scope', async () => {
    const document = load(await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8')) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const written = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        if (operation === undefined) return [];
        const { operationId: id, 'x-scope': scope, 'x-served-by': servedBy = 'control-plane' } = operation;
        const platformOnly = operation['x-platform-only'] ?? false;
        return [{ id, method, path, scope, platformOnly, servedBy }];
      }),
    );
    const listed = listOperations();
    expect(listed).to.have.deep.members(written);
    expect(new Set(listed.map(({ id }) => id)).size).to.equal(listed.length);
    expect(listed.length).to.be.above(10);
  });

  it('tells exactly the operations that need no credential', () => {
    const open = listOperations().filter(({ scope }) => scope === 'public');
    expect(open.map(({ id }) => id).sort()).to.deep.equal([
      'backChannelLogout',
      'getHealth',
      'getLive',
      'getReady',
    ]);
  });

  it('tells exactly the operations that show the whole fleet to others than administrators', () => {
    const closed = listOperations().filter(({ platformOnly }) => platformOnly);
    expect(closed.map(({ id }) => id).sort()).to.deep.equal(['getDiagnostics', 'getWorker', 'listWorkers']);
  });

  it('leaves to the worker protocol what it serves', () => {
    const served = listOperations().filter(({ servedBy }) => servedBy === 'worker-rpc');
    expect(served.map(({ id }) => id).sort()).to.deep.equal([
      'enrolWorker',
      'issueOwnWorkerToken',
      'renewWorkerLease',
      'workerHeartbeat',
    ]);
  });

  const broken: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
    ['an id', { 'x-scope': 'read:*' }, 'get /things has no operationId'],
    ['a scope', { operationId: 'getThings' }, 'get /things has no x-scope'],
    ['a scope with content', { operationId: 'getThings', 'x-scope': '' }, 'get /things has no x-scope'],
    [
      'a scope that is a text',
      { operationId: 'getThings', 'x-scope': ['read:*'] },
      'get /things has no x-scope',
    ],
  ];
  for (const [name, operation, message] of broken) {
    it(`refuses a document with an operation that lacks ${name}`, () => {
      const document = { paths: { '/things': { parameters: [], get: operation } } };
      expect(() => listOperations(document)).to.throw(message);
    });
  }
});

describe('generated files', function () {
  // The script looks whether two packages are built, which takes seconds where the machine is busy.
  this.timeout(60_000);

  it('match openapi.yaml', async () => {
    const script = fileURLToPath(new URL('../../../scripts/generate.mjs', import.meta.url));
    const { stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
    expect(stderr).to.equal('');
  });

  it('carry the whole document', async () => {
    const text = await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8');
    expect(openApiDocument).to.deep.equal(load(text));
  });
});
