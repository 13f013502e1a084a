import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as auth from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has an example that prints what its comments say', () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? expect.fail('there is no example');
    const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.+)/g)].map(([, output]) => output);
    expect(promised).to.have.length(4);
    const source = example.replace(
      "'@stacyvm/auth'",
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
    for (const name of Object.keys(auth)) expect(readme).to.include(`\`${name}`);
  });

  it('lists every error code with its HTTP status', () => {
    const listed = [...readme.matchAll(/^\| `([a-z_]+)` +\|.*\| (\d{3}) +\|$/gm)];
    expect(listed.map(([, code, status]) => [code, Number(status)])).to.have.deep.members(
      auth.AUTH_ERROR_CODES.map((code) => [code, auth.httpStatusOf(code)]),
    );
  });

  it('lists the scopes of every role', () => {
    for (const [role, scopes] of Object.entries(auth.ROLE_SCOPES)) {
      const row = new RegExp(`^\\| \`${role}\` +\\| (.*?) +\\|$`, 'm').exec(readme);
      expect(row?.[1], role).to.equal(scopes.map((scope) => `\`${scope}\``).join(', '));
    }
  });
});
