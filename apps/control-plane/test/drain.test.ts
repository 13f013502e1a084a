import { connect } from 'node:net';
import { expect } from 'chai';
import { ndjson, open, spawnSandbox } from './api-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { rpcClient } from './rpc-client.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('stopping the control plane', () => {
  let fixture: Fixture;
  let worker: WorkerProcess;
  let sandbox: string;
  beforeEach(async () => {
    fixture = await startFixture();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
    sandbox = await spawnSandbox(fixture, { provider: 'bubblewrap' });
  });
  afterEach(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  it('lets running programs end, takes nothing new, and closes the connections as they end', async () => {
    const socket = connect(fixture.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const script = { command: 'echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done', stream: true };
    const streaming = await open(fixture, `/sandboxes/${sandbox}/exec`, { body: script });
    const body = JSON.stringify({
      command: 'touch started; while [ ! -e go ]; do sleep 0.02; done; echo plain',
    });
    const head = `Host: h\r\nX-API-Key: ${fixture.apiKey}\r\n`;
    socket.write(
      `POST /api/v1/sandboxes/${sandbox}/exec HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const direct = await rpcClient(fixture, worker.id);
    await eventually(async () => {
      expect((await direct.exec({ sandboxId: sandbox, command: 'ls started' })).exitCode).to.equal(0);
    });

    let stopped = false;
    const stopping = fixture.stop().then(() => {
      stopped = true;
    });
    const refused = await fetch(`${fixture.url}/health`).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(Error);
    expect(stopped).to.equal(false);

    await direct.exec({ sandboxId: sandbox, command: 'touch go' });
    direct.close();
    expect(ndjson(await streaming.text()).at(-1)).to.deep.equal({ stream: 'stdout', data: 'done\n' });
    await closed;
    await stopping;
    expect(received).to.contain('plain\\n');
    expect(received).to.contain('Connection: close');
    expect(fixture.logs.text()).not.to.contain('requests still run');
  });

  it('cuts what still runs at the limit, which ends the program on its worker', async () => {
    await fixture.dispose();
    fixture = await startFixture({ 'server.shutdown_timeout': '200ms' });
    const { url, signingKey } = fixture;
    const second = startWorkerProcess({ id: 'worker-2', controlPlaneUrl: url, signingKey });
    try {
      await second.said('worker joined');
      const id = await spawnSandbox(fixture, { provider: 'bubblewrap' });
      const streaming = await open(fixture, `/sandboxes/${id}/exec`, {
        body: { command: 'echo begun; exec sleep 4242', stream: true, exit_record: true },
      });
      const direct = await rpcClient(fixture, second.id);
      const running = async () =>
        (await direct.exec({ sandboxId: id, command: 'cat /proc/[0-9]*/cmdline | tr "\\0" " "' })).stdout;
      await eventually(async () => expect(await running()).to.contain('sleep 4242'));
      await fixture.stop();
      const text = await streaming.text().catch(() => '');
      expect(text, 'a stream that was cut').not.to.match(/"exit"|"error"/);
      await eventually(async () => expect(await running()).not.to.contain('sleep 4242'));
      expect(fixture.logs.text()).to.contain('requests still run after the shutdown timeout');
      direct.close();
    } finally {
      await second.stop();
    }
  });

  it('may be asked for twice, and leaves the port free', async () => {
    await Promise.all([fixture.stop(), fixture.stop()]);
    await fixture.restart();
    expect((await fetch(`${fixture.url}/health`)).status).to.equal(200);
  });
});
