import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SANDBOX, sendJson, startServer } from './http-fixture.js';

describe('README', () => {
  it('has an example that runs', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const source = example.replace("'@stacyvm/api'", "'../src/index.js'");
    expect(source).to.include('../src/index.js');
    const server = await startServer();
    server.answer = ({ method, url, body }, response) => {
      if (method === 'DELETE') sendJson(response, 200, { status: 'destroyed' });
      else if (!url.endsWith('/exec')) sendJson(response, 201, SANDBOX);
      else if (JSON.parse(body).stream) {
        response.end('{"stream":"stdout","data":"1\\n2\\n"}\n{"exit":{"exit_code":0,"duration":"5ms"}}\n');
      } else sendJson(response, 200, { exit_code: 0, stdout: '42\n', stderr: '', duration: '12ms' });
    };
    // Beside this file, so that the workspace's packages resolve.
    const path = fileURLToPath(new URL(`./readme-example-${process.pid}.ts`, import.meta.url));
    await writeFile(path, source);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', path], {
        env: { ...process.env, STACYVM_URL: server.url, STACYVM_API_KEY: 'a-key-of-this-test' },
      });
      expect(stdout).to.equal('42\n\n1\n2\nexit code 0\n');
      expect(server.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        'POST /api/v1/sandboxes',
        `POST /api/v1/sandboxes/${SANDBOX.id}/exec`,
        `POST /api/v1/sandboxes/${SANDBOX.id}/exec`,
        `DELETE /api/v1/sandboxes/${SANDBOX.id}`,
      ]);
    } finally {
      await rm(path);
      await server.close();
    }
  });
});
