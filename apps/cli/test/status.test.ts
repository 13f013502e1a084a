import { expect } from 'chai';
import { at, runCommand, startCommand } from './command.js';
import { createSystem, eventually, type System } from './system.js';

describe('stacyvm status', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem();
  });
  after(() => system.stop());

  const status = (...args: readonly string[]) => runCommand(['status', ...at(system), ...args]);

  it('fails while nothing listens, and tells what to do', async () => {
    const { code, stdout, stderr } = await status();
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/cannot reach the control plane at .*; is it running\?/);
  });

  it('fails while no worker has joined, waits for one, and succeeds then', async () => {
    const waiting = startCommand(['status', ...at(system), '--wait', '50s']);
    await system.startControlPlane();
    const alone = await status();
    expect(alone.code).to.equal(1);
    expect(alone.stdout).to.match(/^workers +0 of 0 take new sandboxes$/m);
    expect(alone.stdout).to.match(/^problem +no worker has joined: stacyvm worker join-token create/m);

    await system.startWorker('worker-a');
    const { code, stdout } = await waiting.result;
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^server +http:\S+, version \S+, up \S+\nready +yes\ndatabase +ok\nworkers +1 of 1 take new sandboxes\nsandboxes +0\n$/,
    );
  });

  it('counts workers and sandboxes for programs', async () => {
    const sandbox = await system.client.spawn({ image: 'host' });
    const { code, stdout } = await status('--format', 'json');
    expect(code).to.equal(0);
    const told = JSON.parse(stdout);
    expect(told).to.have.all.keys('server', 'readiness', 'workers', 'sandboxes', 'problems');
    expect(told.workers).to.deep.equal({
      total: 1,
      placeable: 1,
      stale: 0,
      cordoned: 0,
      draining: 0,
      offline: 0,
    });
    expect(told.sandboxes).to.deep.equal({ total: 1, by_state: { running: 1 } });
    expect(told.problems).to.deep.equal([]);
    await system.client.destroy(sandbox.id);
  });

  it('fails with a key that is not let in, though the control plane is well', async () => {
    const { code, stdout } = await runCommand(['status', '--server', system.url]);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^ready +yes$/m)
      .and.match(/^workers +not told: invalid or missing API key$/m);
    expect(stdout).to.match(/^problem +the credential is not good for sandboxes/m);
  });

  it('fails when the only worker is cordoned', async () => {
    const admin = ['--server', system.url, '--api-key-file', system.adminKeyFile];
    await runCommand(['worker', 'cordon', 'worker-a', ...admin]);
    const { code, stdout } = await status();
    expect(code).to.equal(1);
    expect(stdout).to.match(/^workers +0 of 1 take new sandboxes, 1 cordoned$/m);
    expect(stdout).to.match(/^problem +no worker takes new sandboxes/m);
    await runCommand(['worker', 'uncordon', 'worker-a', ...admin]);
    await eventually(async () => (await status()).code === 0);
  });

  it('refuses a wait that is no duration', async () => {
    const { code, stderr } = await status('--wait', 'soon');
    expect(code).to.equal(2);
    expect(stderr).to.match(/--wait must be a duration/);
  });
});
