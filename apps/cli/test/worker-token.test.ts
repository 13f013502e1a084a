import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { runCommand } from './command.js';
import { createKeyDirectory } from './worker-token-keys.js';

const SECRET = 'a-signing-key-that-must-never-be-shown-0123456789';

describe('stacyvm worker', function () {
  this.timeout(30_000);

  it('starts the worker program when only options follow', async () => {
    const help = await runCommand(['worker', '--help']);
    expect(help).to.include({ code: 0 });
    expect(help.stdout).to.contain('--advertise-url');
    const wrong = await runCommand(['worker', '--nonsense', 'token']);
    expect(wrong).to.include({ code: 2, stdout: '' });
  });

  for (const args of [['tokne'], ['bogus', '--id', 'worker-a'], ['']]) {
    it(`refuses ${JSON.stringify(args)} as wrong use and starts nothing`, async () => {
      const result = await runCommand(['worker', ...args]);
      expect(result.code, result.stderr).to.equal(2);
      expect(result.stdout).to.equal('');
      expect(result.stderr).to.match(/^stacyvm: .*\n$/);
    });
  }

  const groups: ReadonlyArray<readonly [string, readonly string[]]> = [
    [
      '',
      ['issue', 'inspect', 'verify', 'derive-key', 'rotation-plan', 'conformance', 'conformance-responder'],
    ],
    [
      'issue',
      ['--signing-key-file', '--audience', '--ttl', '--not-before', '--token-id', '--scope', '--derived'],
    ],
    ['inspect', ['--format']],
    [
      'verify',
      ['--verification-key-file', '--revoked-token-id', '--profile', '--worker-key-scope', '--config'],
    ],
    ['derive-key', ['--signing-key-file', '--out', '--force']],
    ['rotation-plan', ['--new-key-ref', '--previous-key-ref', '--ttl']],
    ['conformance', ['--command', '--vectors', '--section', '--timeout', '"derived_key"']],
    ['conformance-responder', ['standard input']],
  ];
  for (const [command, words] of groups) {
    it(`token ${command} --help lists what there is, and no key of the environment`, async () => {
      const words_ = command === '' ? [] : [command];
      const { code, stdout, stderr } = await runCommand(['worker', 'token', ...words_, '--help'], {
        env: { STACYVM_AUTH_WORKER_SIGNING_KEY: SECRET, STACYVM_AUTH_WORKER_SIGNING_KEYS: SECRET },
      });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      for (const word of words) expect(stdout.replace(/\s+/g, ' ')).to.contain(word);
      expect(stdout).not.to.contain(SECRET);
    });
  }

  it('does what the README shows', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('## Worker tokens'));
    const [lifecycle, conformance] = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block);
    const keys = createKeyDirectory();
    try {
      expect(await keys.shell(`set -e\n${lifecycle}`)).to.match(/^signature +ok +derived\(active\) /m);
      expect(await keys.shell(`set -e\n${conformance}`)).to.match(/^total +664 +0$/m);
    } finally {
      keys.remove();
    }
  });
});
