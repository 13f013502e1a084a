import type { Worker } from '@stacyvm/api';
import { expect } from 'chai';
import { collect } from '../src/output.js';
import { runCommand } from './command.js';
import { refusal } from './observe.js';
import { createSystem, eventually, type System } from './system.js';

describe('the commands of what operators ask of workers', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem({ controlPlanes: 2 });
    await system.startControlPlane(0);
    await system.startControlPlane(1);
    await system.startWorker('worker-a', 0);
    await system.startWorker('worker-b', 1);
  });
  after(() => system.stop());

  const worker = (...args: readonly string[]) =>
    runCommand(['worker', ...args, '--server', system.url, '--api-key-file', system.adminKeyFile]);
  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await worker(...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const listed = (): Promise<readonly Worker[]> => collect(system.client.workers());

  it('list shows every worker, for people and for programs', async () => {
    const text = await ok('list');
    expect(text).to.match(/^ID +CONDITION +SANDBOXES/);
    expect(text).to.match(/^worker-a +online +0\/50 +0 MiB +\S*bubblewrap/m);
    const workers = JSON.parse(await ok('list', '--format', 'json')) as readonly Worker[];
    expect(workers.map(({ id }) => id)).to.deep.equal(['worker-a', 'worker-b']);
  });

  it('cordon keeps sandboxes away until uncordon', async () => {
    expect(await ok('cordon', 'worker-a')).to.equal('worker-a: online (cordoned), 0 sandboxes\n');
    const placed = await Promise.all([1, 2, 3].map(() => system.client.spawn({ image: 'host' })));
    expect(placed.map(({ worker_id }) => worker_id)).to.deep.equal(['worker-b', 'worker-b', 'worker-b']);
    await Promise.all(placed.map(({ id }) => system.client.destroy(id)));
    const uncordoned = JSON.parse(await ok('uncordon', 'worker-a', '--format', 'json')) as Worker;
    expect(uncordoned).to.include({ id: 'worker-a', cordoned: false });
  });

  it('drain with a deadline destroys what is left, and the worker itself refuses until undrain', async () => {
    const sandbox = await system.client.spawn({ image: 'host' });
    const id = sandbox.worker_id ?? '';
    expect(await ok('drain', id, '--deadline', '1s')).to.match(/drain until \d{4}-/);
    await eventually(
      async () => (await refusal(system.client.get(sandbox.id))).reason === 'sandbox_not_found',
    );
    await eventually(async () =>
      (await listed()).some((each) => each.id === id && each.status === 'draining'),
    );
    expect(await ok('undrain', id)).to.contain(id);
    await eventually(async () => (await listed()).every(({ status }) => status === 'online'));
  });

  it('drain waits until the worker is empty, and fails when it is not by then', async () => {
    const sandbox = await system.client.spawn({ image: 'host' });
    const id = sandbox.worker_id ?? '';
    const impatient = await worker('drain', id, '--wait', '1s');
    expect(impatient.code).to.equal(1);
    expect(impatient.stderr).to.contain(`${id} still has 1 sandboxes`);
    expect(await ok('drain', id, '--deadline', '1s', '--wait', '30s')).to.match(/, 0 sandboxes\n$/);
    await ok('undrain', id);
    await eventually(async () => (await listed()).every(({ status }) => status === 'online'));
  });

  it('remove refuses a worker that is online, and forgets one that was stopped', async () => {
    const refused = await worker('remove', 'worker-b');
    expect([refused.code, refused.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('worker_online'),
    );
    // It was started last.
    await system.programs.at(-1)!.kill('SIGTERM');
    await eventually(async () =>
      (await listed()).some(({ id, status }) => id === 'worker-b' && status === 'offline'),
    );
    expect(await ok('remove', 'worker-b')).to.equal('worker-b removed\n');
    expect((await listed()).map(({ id }) => id)).to.deep.equal(['worker-a']);
  });

  const wrong: ReadonlyArray<readonly [string, readonly string[], number, RegExp]> = [
    ['a worker that there is none of', ['cordon', 'worker-z'], 1, /worker_not_found/],
    ['evict together with a deadline', ['drain', 'worker-a', '--evict', '--deadline', '1m'], 2, /together/],
    ['no worker', ['drain'], 2, /argument/],
    ['a deadline that is none', ['drain', 'worker-a', '--deadline', 'soon'], 1, /invalid_duration/],
  ];
  for (const [name, args, exit, message] of wrong) {
    it(`refuse ${name}`, async () => {
      const { code, stderr } = await worker(...args);
      expect(code).to.equal(exit);
      expect(stderr).to.match(message);
    });
  }
});
