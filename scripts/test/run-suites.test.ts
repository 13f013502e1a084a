import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const MODULE = pathToFileURL(join(import.meta.dirname, '../run-suites.mjs')).href;

describe('runSuites', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'run-suites-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs each text as the one file of a suite. */
  const run = (
    ...suites: readonly string[]
  ): Promise<{ readonly code: number; readonly lines: readonly string[] }> => {
    const patterns = suites.map((text, index) => {
      const name = `suite-${index}.cjs`;
      writeFileSync(join(directory, name), text);
      return [name];
    });
    const program = `
      const { runSuites } = await import(${JSON.stringify(MODULE)});
      process.exitCode = await runSuites(${JSON.stringify(patterns)}, { cwd: ${JSON.stringify(directory)} });`;
    return new Promise((resolve) => {
      execFile(process.execPath, ['--input-type=module', '--eval', program], (error, stdout) =>
        resolve({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split('\n') }),
      );
    });
  };

  it('adds up what the suites had', async () => {
    const two = `it('is one', () => undefined); it('is another', () => undefined);`;
    const { code, lines } = await run(two, two, two);
    expect(lines.at(-1)).to.equal('6 passed, 0 failed');
    expect(code).to.equal(0);
  });

  it('goes on after a suite that fails, and fails itself', async () => {
    const { code, lines } = await run(
      `it('is well', () => undefined); it('is not', () => { throw new Error('no'); });`,
      `it('is well', () => undefined); it.skip('is left out', () => undefined);`,
    );
    expect(lines.at(-1)).to.equal('2 passed, 1 failed, 1 skipped');
    expect(lines).to.include('  failed: is not: no');
    expect(code).to.equal(1);
  });

  it('counts a suite that dies as one that failed', async () => {
    const { code, lines } = await run(`it('dies', () => process.exit(0));`, `it('lives', () => undefined);`);
    expect(lines.at(-1)).to.equal('1 passed, 1 failed');
    expect(lines).to.include('suite-0.cjs: ended with exit code 0 before its tests had');
    expect(code).to.equal(1);
  });
});
