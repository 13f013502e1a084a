import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as policy from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has an example that prints what its comments say', () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? expect.fail('there is no example');
    const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.+)/g)].map(([, output]) => output);
    expect(promised).to.have.length(5);
    const source = example
      .replace("'@stacyvm/policy'", `'${new URL('../src/index.ts', import.meta.url).href}'`)
      .replaceAll(' as const', '');
    const output = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
    );
    expect(output.trimEnd().split('\n')).to.deep.equal(promised);
  });

  it('names everything that is exported', () => {
    for (const name of Object.keys(policy)) expect(readme).to.include(`\`${name}`);
  });
});
