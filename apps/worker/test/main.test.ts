import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SETTINGS } from '@stacyvm/config';
import { expect } from 'chai';
import { startWorkerProcess } from './worker-process.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const MANIFEST = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const run = (...args: readonly string[]) => startWorkerProcess(...args).ended;

describe('stacyvm-worker', () => {
  it('prints its version, and its help with every flag of the README', async () => {
    expect(await run('--version')).to.deep.equal({ code: 0, stdout: `${MANIFEST.version}\n`, stderr: '' });
    const { code, stdout } = await run('--help');
    expect(code).to.equal(0);
    const commands = README.match(/^stacyvm-worker(.*\n)( {2}--.*\n)*/m)?.[0] ?? '';
    const flags = commands.match(/--[a-z-]+/g) ?? [];
    expect(flags.length).to.be.greaterThan(3);
    for (const flag of flags) expect(stdout).to.contain(`${flag} `);
  });

  it('has every setting that the README names', () => {
    const named = README.match(/`(?:server|auth|database|defaults|worker|providers)\.[a-z_.]+`/g) ?? [];
    expect(named.length).to.be.greaterThan(8);
    for (const key of named) expect(Object.keys(SETTINGS)).to.include(key.slice(1, -1));
  });

  it('ends with 2 when it is called wrongly, and with 1 when it cannot start', async () => {
    const called = await run('--no-such-flag');
    expect(called.code).to.equal(2);
    expect(called.stderr).to.contain('--no-such-flag');
    const configured = await run('--config', 'no-such-file.yaml');
    expect(configured.code).to.equal(1);
    expect(configured.stderr)
      .to.contain('no-such-file.yaml')
      .and.not.match(/\n\s+at /);
  });

  it('does not start with a placeholder as its key, and shows where it is', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'stacyvm-placeholder-'));
    const file = join(directory, 'stacyvm.yaml');
    writeFileSync(file, 'auth:\n  worker_signing_key: change-me-change-me\n', { mode: 0o600 });
    try {
      const { code, stderr } = await run('--config', file);
      expect(code).to.equal(1);
      expect(stderr).to.contain(`${file}:2:3: auth.worker_signing_key: is a placeholder`);
      expect(stderr).not.to.contain('change-me');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
