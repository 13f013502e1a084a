import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

describe('README', () => {
  it('has an example that runs', async function () {
    this.timeout(60_000);
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const source = example.replace("'@stacyvm/worker-rpc'", "'../src/index.js'");
    expect(source).to.include('../src/index.js');
    // Beside this file, so that the workspace's packages resolve.
    const path = fileURLToPath(new URL(`./readme-example-${process.pid}.ts`, import.meta.url));
    await writeFile(path, source);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', path]);
      expect(stdout).to.equal('you said hello\n\n');
    } finally {
      await rm(path);
    }
  });
});
