import { renameSync } from 'node:fs';
import { expect } from 'chai';
import { createKeyDirectory, type KeyDirectory } from './worker-token-keys.js';

describe('stacyvm worker token rotation-plan', function () {
  this.timeout(60_000);
  let keys: KeyDirectory;

  before(() => {
    keys = createKeyDirectory();
  });
  after(() => keys.remove());

  const plan = async (...args: readonly string[]) => {
    const result = await keys.token(['rotation-plan', '--format', 'json', ...args]);
    expect(result).to.include({ code: 0, stderr: '' });
    return JSON.parse(result.stdout);
  };

  it('has the steps, the configuration and the commands, as JSON and as text', async () => {
    const document = await plan();
    expect(Object.keys(document)).to.deep.equal([
      'new_key_ref',
      'previous_key_ref',
      'max_token_ttl',
      'steps',
      'config_snippet',
      'validation',
      'text',
    ]);
    expect(document).to.include({
      new_key_ref: 'auth.worker_signing_key',
      previous_key_ref: 'auth.worker_signing_keys[0]',
      max_token_ttl: '5m0s',
    });
    expect(document.steps).to.have.length(5);
    expect(document.validation).to.have.length(3);
    const { stdout } = await keys.token(['rotation-plan']);
    expect(stdout).to.equal(`${document.text}\n`);
    for (const part of [...document.steps, ...document.validation]) expect(stdout).to.contain(part);
  });

  it('names the keys and waits as long as it is told', async () => {
    const { steps, text } = await plan(
      ...['--new-key-ref', 'vault:new', '--previous-key-ref', 'vault:old', '--ttl', '10m'],
    );
    expect(steps[0]).to.contain('vault:new');
    expect(steps[1]).to.contain('vault:old').and.contain('without a restart');
    expect(steps[3]).to.contain('10m30s');
    expect(text).to.contain('vault:new').and.contain('10m0s');
  });

  it('gives a configuration that loads and commands that do what it says', async () => {
    const { config_snippet, validation } = await plan('--ttl', '1m');
    keys.file('stacyvm.yaml', config_snippet);
    renameSync(keys.file('key'), keys.file('worker-signing-key'));
    renameSync(keys.file('other'), keys.file('worker-signing-key.previous'));
    const [issue, verify, verifyPrevious] = validation;
    expect(JSON.parse(await keys.shell(issue))).to.include({ worker_id: 'rotation-check' });
    expect(await keys.shell(verify)).to.match(/^signature +ok +derived\(active\) /m);
    expect(await keys.shell(verifyPrevious)).to.match(/^signature +ok +derived\(verify_only\[0\]\) /m);

    keys.file('stacyvm.yaml', config_snippet.replace(/^.*signing_keys_file.*$/m, ''));
    const refusal = await keys.shell(verifyPrevious).catch((error: Error) => error.message);
    expect(refusal).to.match(/token refused: bad_signature/);
    expect(await keys.shell(verify)).to.contain('derived(active)');
  });

  const refused: ReadonlyArray<readonly [string, readonly string[], RegExp]> = [
    ['an empty reference', ['--new-key-ref', ' '], /--new-key-ref must be one line/],
    ['a reference of two lines', ['--previous-key-ref', 'a\nb: c'], /--previous-key-ref must be one line/],
    ['a ttl that is too long', ['--ttl', '16m'], /--ttl must be positive and at most 15m0s/],
    ['an argument', ['key'], /unknown option or argument: key/],
  ];
  for (const [name, args, message] of refused) {
    it(`refuses ${name}`, async () => {
      const result = await keys.token(['rotation-plan', ...args]);
      expect(result).to.include({ code: 2, stdout: '' });
      expect(result.stderr).to.match(message);
    });
  }
});
