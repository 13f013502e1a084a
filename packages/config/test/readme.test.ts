import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as config from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('README', () => {
  it('has an example that says what it says', async () => {
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const body = example
      .replace(/^import .*\n/m, '')
      .replaceAll(/^(settings\[.*\].*); \/\/ (\d+).*$/gm, 'seen.push([$1, $2]);');
    const seen: [unknown, unknown][] = [];
    const run = new Function('loadSettings', 'seen', body) as (...args: readonly unknown[]) => void;
    run(
      (options: config.LoadOptions) =>
        config.loadSettings({ env: {}, cwd: '/nowhere', homeDir: '', ...options }),
      seen,
    );
    expect(seen).to.have.length(2);
    for (const [value, said] of seen) expect(value).to.equal(said);
  });

  it('names every export', () => {
    for (const name of Object.keys(config)) expect(readme).to.contain(`\`${name}`);
  });
});
