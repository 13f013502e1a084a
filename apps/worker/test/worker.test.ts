import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '@stacyvm/config';
import { deriveWorkerKey } from '@stacyvm/token';
import { keyCredentialSource } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { startWorker } from '../src/worker.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';
import {
  type Flags,
  secret,
  startHeadquarters,
  startWorkerFixture,
  WORKER_ID,
  type WorkerFixture,
  workerSettings,
} from './worker-fixture.js';

describe('a worker', () => {
  let fixture: WorkerFixture | undefined;
  afterEach(async () => {
    await fixture?.dispose();
    fixture = undefined;
  });

  it('registers with what it offers', async () => {
    fixture = await startWorkerFixture({ 'worker.max_sandboxes': 7 });
    const { worker, headquarters } = fixture;
    await worker.registered;
    const [first] = headquarters.heartbeats;
    expect(first).to.deep.include({ status: 'online', providers: ['bubblewrap', 'mock'], sandboxes: [] });
    expect(first?.capacity).to.deep.equal({ max_sandboxes: 7, rpc_url: worker.rpcUrl });
    expect(first?.capabilities).to.include.members(['remote_worker', 'exec_stream', 'test_provider']);
    expect(first?.instanceId).to.match(/^[0-9a-f-]{36}$/);
    expect(worker.rpcUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('says where it can be called when it is told', async () => {
    fixture = await startWorkerFixture({ 'worker.advertise_url': 'http://node-1.internal:7430' });
    await fixture.worker.registered;
    expect(fixture.headquarters.heartbeats[0]?.capacity.rpc_url).to.equal('http://node-1.internal:7430');
  });

  it('reports what it holds, and destroys what the control plane does not know', async () => {
    fixture = await startWorkerFixture();
    const { headquarters } = fixture;
    await fixture.spawn('sb-1');
    await fixture.spawn('sb-2', 'bubblewrap');
    await eventually(() =>
      expect(headquarters.heartbeats.at(-1)?.sandboxes).to.deep.equal([
        { id: 'sb-1', generation: 1 },
        { id: 'sb-2', generation: 1 },
      ]),
    );
    headquarters.directive = { release: ['sb-2', 'sb-unknown'] };
    await eventually(() =>
      expect(headquarters.heartbeats.at(-1)?.sandboxes).to.deep.equal([{ id: 'sb-1', generation: 1 }]),
    );
  });

  it('drains while the control plane asks for it: takes no sandbox, runs those it has', async () => {
    fixture = await startWorkerFixture();
    const { headquarters, client } = fixture;
    await fixture.spawn('sb-1');
    headquarters.directive = { drain: true };
    await eventually(() => expect(headquarters.heartbeats.at(-1)?.status).to.equal('draining'));
    const refused = await fixture.spawn('sb-2').catch((error: unknown) => error);
    expect(refused).to.include({ code: 'worker_draining', outcome: 'not_executed' });
    expect((await client.exec({ sandboxId: 'sb-1', command: 'echo a' })).stdout).to.equal('a\n');
    headquarters.directive = {};
    await eventually(() => expect(headquarters.heartbeats.at(-1)?.status).to.equal('online'));
    await fixture.spawn('sb-2');
  });

  it('drains for good when it is told to shut down', async () => {
    fixture = await startWorkerFixture();
    await fixture.client.shutdown();
    await eventually(() => expect(fixture?.headquarters.heartbeats.at(-1)?.status).to.equal('draining'));
    expect(await fixture.spawn('sb-1').catch((error: unknown) => error)).to.include({
      code: 'worker_draining',
    });
  });

  describe('stop', () => {
    it('lets a running program end, says that it drains, and leaves no sandbox', async () => {
      fixture = await startWorkerFixture();
      const { client, worker, headquarters, stateDir } = fixture;
      await fixture.spawn('sb-1', 'bubblewrap');
      let output = '';
      const streaming = client.execStream(
        { sandboxId: 'sb-1', command: 'echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done' },
        {
          onOutput: (_stream, data) => {
            output += data;
          },
        },
      );
      await eventually(() => expect(output).to.equal('begun\n'));
      const workspace = findWorkspace(stateDir);
      let stopped = false;
      const started = performance.now();
      const stopping = worker.stop().then(() => {
        stopped = true;
      });
      await eventually(() => expect(headquarters.heartbeats.at(-1)?.status).to.equal('draining'));
      await eventually(async () => {
        const late = await fetch(`${worker.rpcUrl}/health`, { headers: { connection: 'close' } }).catch(
          () => undefined,
        );
        expect(late, 'a new connection').to.equal(undefined);
      });
      expect(stopped).to.equal(false);
      writeFileSync(join(workspace, 'go'), '');
      expect((await streaming).exitCode).to.equal(0);
      expect(output).to.equal('begun\ndone\n');
      await stopping;
      expect(performance.now() - started, 'kept connections do not hold it up').to.be.below(8_000);
      expect(existsSync(workspace)).to.equal(false);
      expect(fixture.logs.text()).not.to.contain('programs still run');
    });

    it('ends programs at the limit, and says so', async () => {
      fixture = await startWorkerFixture({ 'worker.shutdown_timeout': '150ms' });
      await fixture.spawn('sb-1', 'bubblewrap');
      let begun = false;
      const streaming = fixture.client.execStream(
        { sandboxId: 'sb-1', command: 'echo begun; sleep 60' },
        {
          onOutput: () => {
            begun = true;
          },
        },
      );
      const outcome = streaming.catch((error: unknown) => error);
      await eventually(() => expect(begun).to.equal(true));
      await fixture.worker.stop();
      expect(await outcome)
        .to.have.property('code')
        .that.is.oneOf(['connection_lost', 'stream_truncated']);
      expect(fixture.logs.text()).to.contain('programs still run after the shutdown timeout');
    });

    it('may be asked for twice, and without a control plane', async () => {
      fixture = await startWorkerFixture();
      await fixture.worker.registered;
      await fixture.headquarters.close();
      await Promise.all([fixture.worker.stop(), fixture.worker.stop()]);
    });
  });

  it('leaves its port and its state directory free', async () => {
    fixture = await startWorkerFixture();
    await fixture.worker.stop();
    const next = await startWorker(
      workerSettings({
        'worker.control_plane_url': fixture.headquarters.url,
        'worker.state_dir': fixture.stateDir,
        'worker.listen_addr': new URL(fixture.worker.rpcUrl).host,
        'auth.worker_signing_key': deriveWorkerKey(fixture.signingKey, WORKER_ID),
      }),
      fixture.logs.logger,
    );
    await next.registered;
    expect(next.rpcUrl).to.equal(fixture.worker.rpcUrl);
    await next.stop();
  });

  it('presents what is in its token file, which may be replaced at any time', async () => {
    const signingKey = secret();
    const headquarters = await startHeadquarters(signingKey);
    const directory = mkdtempSync(join(tmpdir(), 'stacyvm-token-file-'));
    const file = join(directory, 'token');
    const key = deriveWorkerKey(signingKey, WORKER_ID);
    writeFileSync(file, 'not-a-good-token\n');
    const logs = captureLogs();
    const worker = await startWorker(
      workerSettings({
        'worker.control_plane_url': headquarters.url,
        'worker.token_file': file,
        'worker.state_dir': join(directory, 'state'),
        'providers.bubblewrap.enabled': false,
        'auth.worker_signing_key': key,
      }),
      logs.logger,
    );
    try {
      await eventually(() => expect(logs.text()).to.contain('static_token_not_allowed'));
      const source = keyCredentialSource({ key, workerId: WORKER_ID });
      writeFileSync(file, (await source.credential()).token);
      await worker.registered;
      expect(headquarters.heartbeats[0]?.providers).to.deep.equal(['mock']);
    } finally {
      await worker.stop();
      await headquarters.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  describe('does not start', () => {
    const key = secret();
    const cases: readonly {
      name: string;
      flags: Flags;
      /** What a load would have refused before. */
      unchecked?: Partial<Settings>;
      error: string;
      says: RegExp;
    }[] = [
      {
        name: 'without a credential',
        flags: {},
        error: 'WorkerCredentialError',
        says: /auth\.worker_signing_key_file/,
      },
      {
        name: 'with a token file alone, which tells it nobody',
        flags: { 'worker.token_file': '/nowhere' },
        error: 'WorkerCredentialError',
        says: /cannot tell who calls it/,
      },
      {
        name: 'with a static token alone when static tokens are refused',
        flags: { 'auth.worker_token': key, 'auth.worker_token_migration': 'strict' },
        error: 'WorkerCredentialError',
        says: /join_token_file/,
      },
      {
        name: 'with a join token file that is not there',
        flags: { 'worker.join_token_file': '/nowhere/join' },
        error: 'EnrolmentError',
        says: /\/nowhere\/join cannot be read \(ENOENT\)/,
      },
      {
        name: 'with a weak key',
        flags: { 'auth.worker_signing_key': 'short' },
        error: 'WorkerTokenError',
        says: /32 bytes/,
      },
      {
        name: 'with an id that is none',
        flags: { 'worker.id': 'a b', 'auth.worker_signing_key': key },
        error: 'WorkerIdError',
        says: /"a b" is not a worker id/,
      },
      {
        name: 'with an address that is none',
        flags: { 'auth.worker_signing_key': key },
        unchecked: { 'worker.listen_addr': '7430' },
        error: 'ListenAddressError',
        says: /host:port/,
      },
      {
        name: 'with a URL of the control plane that is none',
        flags: { 'auth.worker_signing_key': key },
        unchecked: { 'worker.control_plane_url': 'localhost' },
        error: 'ControlPlaneError',
        says: /http:\/\/host:port/,
      },
      {
        name: 'without a provider',
        flags: {
          'providers.mock.enabled': false,
          'providers.bubblewrap.enabled': false,
          'auth.worker_signing_key': key,
        },
        error: 'NoProviderError',
        says: /none is enabled/,
      },
    ];
    for (const { name, flags, unchecked, error, says } of cases) {
      it(`${name}, and says what to do`, async () => {
        const directory = mkdtempSync(join(tmpdir(), 'stacyvm-no-start-'));
        const checked = workerSettings({ 'worker.state_dir': join(directory, 'state'), ...flags });
        const settings = { ...checked, ...unchecked };
        const failure = await startWorker(settings, captureLogs().logger).then(
          (worker) => worker.stop(),
          (reason: unknown) => reason,
        );
        expect(failure).to.include({ name: error });
        expect(String(failure)).to.match(says);
        expect(String(failure)).not.to.contain(key);
        expect(existsSync(join(directory, 'state')), 'nothing was begun').to.equal(false);
        rmSync(directory, { recursive: true, force: true });
      });
    }

    it('on a port that is taken, and gives its state directory up', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as { port: number };
      const directory = mkdtempSync(join(tmpdir(), 'stacyvm-no-start-'));
      const flags = { 'worker.state_dir': directory, 'auth.worker_signing_key': key };
      const first = startWorker(
        workerSettings({ ...flags, 'worker.listen_addr': `127.0.0.1:${port}` }),
        captureLogs().logger,
      );
      expect(await first.catch((error: unknown) => error)).to.include({ code: 'EADDRINUSE' });
      const second = await startWorker(workerSettings(flags), captureLogs().logger);
      await second.stop();
      taken.close();
      rmSync(directory, { recursive: true, force: true });
    });
  });
});

/** The directory of the one sandbox below a state directory that its programs see as /workspace. */
function findWorkspace(stateDir: string): string {
  const found = readdirSync(stateDir, { recursive: true, withFileTypes: true }).find(
    (entry) => entry.isDirectory() && entry.name === 'workspace',
  );
  if (found === undefined) throw new Error(`no workspace below ${stateDir}`);
  return join(found.parentPath, found.name);
}
