import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { temporaryDirectory } from './bubblewrap/provider-fixture.js';

const PACKAGE = join(import.meta.dirname, '..');

describe('README', () => {
  it('has an example that runs', async () => {
    const example = /```js\n(.*?)```/s.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8'))?.[1] ?? '';
    const source = example.replace("'@stacyvm/providers'", JSON.stringify(join(PACKAGE, 'src/index.ts')));
    expect(source).not.to.equal(example);
    const directory = temporaryDirectory();
    try {
      writeFileSync(join(directory, 'example.mts'), source);
      const args = ['--import', 'tsx', join(directory, 'example.mts')];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE });
      expect(stdout).to.equal('hello from sandbox\nexit 0\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
