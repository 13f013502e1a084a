import { expect } from 'chai';
import { runCommand } from './command.js';

describe('the help', function () {
  this.timeout(30_000);

  const help = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand([...words, '--help']);
    expect([code, stderr], words.join(' ')).to.deep.equal([0, '']);
    return stdout;
  };
  /** What stands below a heading, up to the next one. */
  const section = (text: string, heading: string): string =>
    text.split(`\n${heading}\n`)[1]?.split(/\n(?=\S)/)[0] ?? '';

  it('of the command lists the commands, where the key comes from, and the exit codes', async () => {
    const text = await help();
    for (const word of ['serve', 'worker', 'run', 'audit', 'policy', 'tenant'])
      expect(text).to.match(new RegExp(`^ {2}stacyvm ${word}\\b`, 'm'));
    expect(text).to.contain('STACYVM_API_KEY_FILE').and.to.contain('Exit codes: 0 success');
  });

  it('has what a command is about before how it reaches the control plane', async () => {
    for (const words of [['spawn'], ['events'], ['worker', 'drain'], ['policy', 'add'], ['audit', 'list']]) {
      const text = await help(...words);
      expect(section(text, 'Options:'), words.join(' ')).not.to.match(
        /--(server|api-key-file|tenant|ca-file)\b/,
      );
      const ofConnection = section(text, 'Control plane:');
      for (const option of ['server', 'api-key-file', 'tenant', 'ca-file'])
        expect(ofConnection, words.join(' ')).to.match(new RegExp(`^ +--${option} `, 'm'));
      expect(text, words.join(' ')).to.match(/\nExamples:\n/);
    }
  });

  it('is English in every locale, and so are refusals, which must not quote what may be secret', async () => {
    const env = { LC_ALL: 'de_DE.UTF-8' };
    expect((await runCommand(['list', '--help'], { env })).stdout).to.contain('\nOptions:\n');
    const stray = await runCommand(['worker', 'token', 'inspect', 'a.b.c', 'S3cret/stray'], { env });
    expect(stray).to.deep.include({ code: 2, stderr: 'stacyvm: there is an argument too many\n' });
  });

  it('of a command without a tenant names none', async () => {
    expect(await help('support', 'bundle')).not.to.contain('--tenant');
  });
});
