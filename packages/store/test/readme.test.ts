import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { scratchDirectory } from './embedded/scratch-directory.js';

const run = promisify(execFile);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe('README', () => {
  it('has a first example that runs as it stands', async function () {
    this.timeout(60_000);
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    const source = new URL('../src/index.ts', import.meta.url).href;
    const script = example.replace("'@stacyvm/store'", JSON.stringify(source));
    expect(script).to.contain(source);
    const scratch = await scratchDirectory();
    try {
      const { stdout } = await run(
        process.execPath,
        ['--import', tsx, '--input-type=module', '--eval', script],
        { cwd: scratch.path },
      );
      expect(stdout).to.equal('creating 1\n');
    } finally {
      await scratch.remove();
    }
  });
});
