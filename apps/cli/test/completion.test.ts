import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { type OutlinedCommand, outlineCommands } from '../src/overview/command-outline.js';
import { runCommand } from './command.js';

describe('the completion of the shell', () => {
  let script: string;
  before(async () => {
    const { code, stdout } = await runCommand(['completion']);
    expect(code).to.equal(0);
    script = stdout;
  });

  /** What bash offers for the last word, once the script is loaded. */
  const offered = (...words: readonly string[]): readonly string[] => {
    const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stacyvm; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['-c', `${script}\n${ask}`, 'bash', 'stacyvm', ...words], {
      encoding: 'utf8',
    });
    return output.split('\n').filter((word) => word !== '');
  };

  const cases: ReadonlyArray<readonly [string, readonly string[], readonly string[]]> = [
    ['a command', ['wor'], ['worker']],
    ['a program that is no command', ['ser'], ['serve']],
    ['a command below a command', ['worker', 'dr'], ['drain']],
    ['a command two below', ['worker', 'token', 'i'], ['issue', 'inspect']],
    ['an option', ['worker', 'drain', '--ev'], ['--evict']],
    ['an option behind an argument and another option', ['exec', 'sb-1', '--shell', '--work'], ['--workdir']],
    ['an option of a command by its other name', ['ls', '--fo'], ['--format']],
    ['a value that all commands know', ['audit', 'list', '--category', 'po'], ['policy']],
    ['a value that this command has alone', ['config', 'lint', '--format', 's'], ['sarif']],
    ['no value of another command', ['list', '--format', 's'], []],
    ['nothing for a file', ['list', '--api-key-file', '-'], []],
    ['nothing of ours behind --', ['run', '--', '--he'], []],
  ];
  for (const [name, words, expected] of cases) {
    it(`offers ${name}`, () => {
      expect(offered(...words)).to.deep.equal(expected);
    });
  }

  it('knows every command by the words that call it', async () => {
    const every = (command: OutlinedCommand): readonly OutlinedCommand[] => [
      command,
      ...command.commands.flatMap(every),
    ];
    const commands = (await outlineCommands()).flatMap(every);
    expect(commands.length).to.be.greaterThan(60);
    expect(commands.filter(({ describe }) => describe === '')).to.deep.equal([]);
    expect(commands.find(({ path }) => path.join(' ') === 'worker drain')).to.deep.include({
      usage: '<worker>',
    });
  });
});
