import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportFileLines } from '../../src/audit/export-file.js';
import { collect } from '../../src/output.js';

describe('exportFileLines', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'export-file-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const linesOf = (text: string): Promise<string[]> => {
    const path = join(directory, 'a');
    writeFileSync(path, text);
    return collect(exportFileLines(path, 2));
  };

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a file without anything', '', []],
    ['an end with a line feed and one without', 'a\nb\n', ['a', 'b']],
    ['a last line that no line feed ends', 'a\nb', ['a', 'b']],
    ['an empty line', 'a\n\nb\n', ['a', '', 'b']],
    ['the line ends of Windows', 'a\r\nb\r\n', ['a', 'b']],
    [
      'line and paragraph separators, which JSON texts may hold',
      '"\u2028\u2029"\nb\n',
      ['"\u2028\u2029"', 'b'],
    ],
    ['lines longer than what is read at once', `${'é'.repeat(100_000)}\nb\n`, ['é'.repeat(100_000), 'b']],
  ];
  for (const [name, text, lines] of cases) {
    it(`reads ${name}`, async () => {
      expect(await linesOf(text)).to.deep.equal(lines);
    });
  }

  it('refuses a file that is not there, with the exit code that it is given', async () => {
    const path = join(directory, 'none');
    const error = await collect(exportFileLines(path, 2)).catch((failure: unknown) => failure);
    expect(error).to.deep.include({ message: `${path} cannot be read: ENOENT`, exitCode: 2 });
  });
});
