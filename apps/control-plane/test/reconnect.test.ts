import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { call, type Json, spawnSandbox } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('a worker whose control plane comes and goes', () => {
  let fixture: Fixture;
  let worker: WorkerProcess | undefined;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(async () => {
    await worker?.stop();
    await fixture.dispose();
  });

  const start = (): WorkerProcess =>
    startWorkerProcess({
      id: 'worker-1',
      controlPlaneUrl: fixture.url,
      signingKey: fixture.signingKey,
    });

  it('waits for a control plane that is not there yet, and joins it', async () => {
    await fixture.stop();
    worker = start();
    const { code } = await worker.said('heartbeat failed', 2);
    expect(code).to.equal('unreachable');
    await fixture.restart();
    await worker.said('worker joined');
    expect((await call(fixture, '/workers/worker-1')).body).to.include({ status: 'online' });
  });

  it('keeps its sandboxes while the control plane restarts, and serves them again', async () => {
    worker = start();
    await worker.said('worker joined');
    const id = await spawnSandbox(fixture, { provider: 'bubblewrap' });
    await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'echo kept > file' } });
    await fixture.stop();
    await worker.said('heartbeat failed');
    await fixture.restart();
    await worker.said('control plane reached again');
    const { status, body } = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'cat file' } });
    expect([status, body['stdout']]).to.deep.equal([200, 'kept\n']);
  });

  it('drains when it is stopped, ends its sandboxes, says that it is offline, and exits with 0', async () => {
    worker = start();
    await worker.said('worker joined');
    const id = await spawnSandbox(fixture, { provider: 'bubblewrap' });
    const command = 'touch begun; while [ ! -e go ]; do sleep 0.02; done';
    const running = call(fixture, `/sandboxes/${id}/exec`, { body: { command } });
    const workspace = join(worker.stateDirectory, 'sandboxes', id, 'workspace');
    await eventually(() => expect(existsSync(join(workspace, 'begun'))).to.equal(true));
    const stopping = worker.stop();
    await eventually(async () => {
      const { body } = await call(fixture, '/workers/worker-1');
      expect(body).to.include({ status: 'draining' });
    });
    // Calls do not get through to it any more.
    writeFileSync(join(workspace, 'go'), '');
    expect((await running).body).to.include({ exit_code: 0 });
    expect(await stopping).to.equal(0);
    const { body } = await call(fixture, '/workers/worker-1');
    expect(body).to.include({ status: 'offline' });
    const refused = await call(fixture, '/sandboxes', { body: {} });
    expect([refused.status, refused.body['reason']]).to.deep.equal([429, 'no_eligible_worker']);
  });

  it('that is gone leaves sandboxes that answer 503, and are found to be unhealthy', async () => {
    worker = start();
    await worker.said('worker joined');
    const id = await spawnSandbox(fixture);
    process.kill(worker.pid, 'SIGKILL');
    await eventually(async () => {
      const { status, body } = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'true' } });
      expect([status, body['reason']]).to.deep.equal([503, 'worker_unreachable']);
    });
    const { body } = await call(fixture, `/sandboxes/${id}`);
    expect(body).to.include({ state: 'unhealthy' });
    const next = await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'true' } });
    expect([next.status, next.body['reason']]).to.deep.equal([409, 'sandbox_not_running']);
  });

  it('drains when the control plane asks for it, and takes sandboxes again when that is over', async () => {
    worker = start();
    await worker.said('worker joined');
    const statusOf = async (): Promise<unknown> =>
      ((await call(fixture, '/workers/worker-1')).body as Json)['status'];
    await fixture.store.workers.setDrainRequested('worker-1', true);
    await eventually(async () => expect(await statusOf()).to.equal('draining'));
    await fixture.store.workers.setDrainRequested('worker-1', false);
    await eventually(async () => expect(await statusOf()).to.equal('online'));
    await spawnSandbox(fixture);
  });
});
