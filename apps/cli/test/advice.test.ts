import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { at, runCommand } from './command.js';
import { createSystem, entryOf, freePort, type System } from './system.js';

describe('a command that cannot go on', function () {
  this.timeout(60_000);
  let system: System;

  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
    await system.startWorker('worker-a');
  });
  after(() => system.stop());

  it('says what to do about a key that may not, and one that is of another system', async () => {
    const denied = await runCommand(['tenant', 'list', ...at(system)]);
    expect(denied.code).to.equal(1);
    expect(denied.stderr).to.match(/\(missing_scope, .*; .*the admin key \(--api-key-file\)/);
    const env = { STACYVM_URL: system.url, STACYVM_API_KEY: 'of-another-system' };
    expect((await runCommand(['list'], { env })).stderr).to.match(
      /\(api_key_invalid, .*--server name others/,
    );
  });

  it('says what to do where nothing listens', async () => {
    const port = await freePort();
    const env = { STACYVM_URL: `http://127.0.0.1:${port}` };
    const result = await runCommand(['list'], { env });
    expect(result.code).to.equal(1);
    expect(result.stderr).to.contain(`at http://127.0.0.1:${port} (ECONNREFUSED); is it running?`);
  });

  it('finds the control plane by STACYVM_URL, which --server overrides', async () => {
    const env = { STACYVM_URL: system.url, STACYVM_API_KEY: system.apiKey };
    expect((await runCommand(['list'], { env })).code).to.equal(0);
    expect((await runCommand(['list', '--server', 'nonsense'], { env })).code).to.equal(2);
  });

  it('ends quietly when nobody reads its output, and leaves no sandbox', async () => {
    for (const args of [
      ['config', 'schema'],
      ['run', ...at(system), '--', 'sh', '-c', 'yes | head -c 4000000'],
    ]) {
      const child = spawn(process.execPath, [entryOf('cli'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      let errors = '';
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      const closed = once(child, 'close');
      if (args[0] === 'run') await once(child.stdout, 'data');
      child.stdout.destroy();
      expect(await closed).to.deep.equal([141, null]);
      expect(errors).to.equal('');
    }
    expect(JSON.parse((await runCommand(['list', ...at(system), '--format', 'json'])).stdout)).to.deep.equal(
      [],
    );
  });
});
