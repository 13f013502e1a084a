import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as token from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has an example that prints what its comments say', () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? expect.fail('there is no example');
    const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.+)/g)].map(([, output]) => output);
    expect(promised).to.have.length(4);
    const source = example.replace(
      "'@stacyvm/token'",
      `'${new URL('../src/index.ts', import.meta.url).href}'`,
    );
    expect(source).not.to.equal(example);
    const output = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
    );
    expect(output.trimEnd().split('\n')).to.deep.equal(promised);
  });

  it('names everything that is exported', () => {
    for (const name of Object.keys(token)) expect(readme).to.include(`\`${name}`);
  });

  it('lists the error codes in the order of the checks', () => {
    const listed = [...readme.matchAll(/^\| `([a-z_]+)` *\| /gm)].map(([, code]) => code);
    const codes: readonly string[] = token.WORKER_TOKEN_ERROR_CODES;
    expect(listed.filter((name) => name !== undefined && codes.includes(name))).to.deep.equal(codes);
  });
});
