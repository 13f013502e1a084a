import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { resolveExec, shellQuote } from '../src/exec-request.js';

describe('shellQuote', () => {
  it('makes any text one word of a shell', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellQuote).join(' ')}`;
        const printed = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).to.deep.equal(words);
      }),
      { numRuns: 50 },
    );
  });
});

describe('resolveExec', () => {
  const directories: ReadonlyArray<readonly [string | undefined, string]> = [
    [undefined, '/workspace'],
    ['', '/workspace'],
    ['src', '/workspace/src'],
    ['../tmp', '/tmp'],
    ['/tmp/', '/tmp'],
  ];
  for (const [workdir, resolved] of directories) {
    it(`resolves the directory ${workdir} to ${resolved}`, () => {
      const request = workdir === undefined ? { command: 'true' } : { command: 'true', workdir };
      expect(resolveExec(request).workdir).to.equal(resolved);
    });
  }

  const timeouts: ReadonlyArray<readonly [number | undefined, number | undefined]> = [
    [undefined, undefined],
    [0, undefined],
    [-5, undefined],
    [0.2, 1],
    [1_500, 1_500],
    [1e12, 2 ** 31 - 1],
  ];
  for (const [timeoutMs, resolved] of timeouts) {
    it(`takes a timeout of ${timeoutMs} ms as ${resolved}`, () => {
      const request = timeoutMs === undefined ? { command: 'true' } : { command: 'true', timeoutMs };
      expect(resolveExec(request).timeoutMs).to.equal(resolved);
    });
  }
});
