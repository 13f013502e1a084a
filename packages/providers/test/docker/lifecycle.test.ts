import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDockerProvider } from '../../src/index.js';
import { temporaryDirectory } from '../bubblewrap/provider-fixture.js';
import { eventually, rejection, run, spec } from '../sandbox-run.js';
import { beforeWithEngine, TEST_IMAGE, testEngine } from './docker-engine.js';
import { type DockerFixture, dockerFixture } from './docker-fixture.js';

const WORKER = join(import.meta.dirname, 'worker-process.ts');

describe('docker: lifecycle', () => {
  beforeWithEngine();
  let fixture: DockerFixture;

  beforeEach(async () => {
    fixture = await dockerFixture();
  });

  afterEach(async () => {
    await fixture?.dispose();
  });

  /** Containers and volumes of the provider. */
  const leftovers = async () => {
    const owner = readFileSync(join(fixture.stateDir, 'owner'), 'utf8').trim();
    const filters = { label: [`stacyvm.owner=${owner}`] };
    const { client } = fixture.engine;
    const containers = await client.listContainers({ all: true, filters });
    const { Volumes: volumes } = await client.listVolumes({ filters });
    return [...containers.map(({ Names }) => Names[0]), ...(volumes ?? []).map(({ Name }) => Name)];
  };

  it('leaves no container and no volume behind a destroyed sandbox, nor behind a check', async () => {
    expect(await fixture.provider.check()).to.have.property('available', true);
    expect(await leftovers()).to.deep.equal([]);
    await fixture.provider.spawn(spec('sb'));
    await run(fixture.provider, 'sb', '(setsid sleep 60 &); echo x > f');
    expect(await leftovers()).to.have.length(2);
    await fixture.provider.destroy('sb');
    expect(await leftovers()).to.deep.equal([]);
  });

  it('takes a name that nobody else has', async () => {
    const other = await dockerFixture();
    try {
      await fixture.provider.spawn(spec('same-name'));
      await other.provider.spawn(spec('same-name'));
      await other.provider.destroy('same-name');
      expect((await run(fixture.provider, 'same-name', 'echo alive')).stdout).to.equal('alive\n');
    } finally {
      await other.dispose();
    }
  });

  it('is stopped when its processes are gone: exec says so, destroy works', async () => {
    await fixture.provider.spawn(spec('sb'));
    await run(fixture.provider, 'sb', 'kill -9 -1').catch(() => {});
    await eventually('it has stopped', async () => (await fixture.provider.status('sb')).state === 'stopped');
    const error = await rejection(run(fixture.provider, 'sb', 'true'));
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.include('stopped');
    await fixture.provider.destroy('sb');
    expect(await fixture.provider.spawn(spec('sb'))).to.include({ state: 'running' });
  });

  it('notices a container that somebody else has removed', async () => {
    const { runtimeId } = await fixture.provider.spawn(spec('sb'));
    await fixture.engine.client.getContainer(runtimeId).remove({ force: true });
    await eventually('it has stopped', async () => (await fixture.provider.status('sb')).state === 'stopped');
    await fixture.provider.destroy('sb');
    expect(await leftovers()).to.deep.equal([]);
  });

  it('cleans up after a spawn that is cancelled at any moment', async () => {
    for (const afterMs of [0, 10, 60, 150]) {
      const cancel = new AbortController();
      const spawning = fixture.provider.spawn(spec('cancelled'), cancel.signal);
      setTimeout(() => cancel.abort(), afterMs);
      const error = await spawning.then(
        () => undefined,
        (reason: { code: string }) => reason,
      );
      if (error === undefined) await fixture.provider.destroy('cancelled');
      else expect(error.code).to.equal('cancelled');
      expect(await leftovers()).to.deep.equal([]);
    }
  });

  it('reports a launch that fails, and leaves nothing of it', async () => {
    const other = createDockerProvider({
      stateDir: join(fixture.stateDir, 'other'),
      socket: fixture.engine.socket,
      defaultImage: TEST_IMAGE,
      networkMode: 'no-such-network',
    });
    const health = await other.check();
    expect(health).to.have.property('available', false);
    expect(health).to.have.property('reason').that.includes('no-such-network');
    expect((await rejection(other.spawn(spec('sb')))).code).to.equal('spawn_failed');
    expect((await other.spawn(spec('alone', { network: 'none' }))).state).to.equal('running');
    await other.destroy('alone');
    expect(await other.recover()).to.deep.equal([]);
    await other.close();
  });

  it('keeps a second provider out of a state directory in use', async () => {
    await fixture.provider.recover();
    const second = createDockerProvider({ stateDir: fixture.stateDir, socket: fixture.engine.socket });
    expect((await rejection(second.recover())).code).to.equal('state_directory_in_use');
    await second.close();
  });

  it('leaves its own sandboxes alone when it recovers', async () => {
    await fixture.provider.spawn(spec('live'));
    expect(await fixture.provider.recover()).to.deep.equal([]);
    expect((await run(fixture.provider, 'live', 'echo alive')).stdout).to.equal('alive\n');
  });
});

describe('docker: a worker that is killed', () => {
  beforeWithEngine();
  it('takes its sandboxes with it; the next one removes the rest', async () => {
    const engine = await testEngine();
    const directory = temporaryDirectory();
    const stateDir = join(directory, 'state');
    const worker = spawn(process.execPath, ['--import', 'tsx', WORKER, stateDir, engine.socket, TEST_IMAGE], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(worker.stdout, 'data')) as [Buffer];
      const containerId = line.toString().trim();
      const running = async () => (await engine.client.getContainer(containerId).inspect()).State.Running;
      expect(await running()).to.equal(true);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      await eventually('the container has stopped', async () => !(await running()));
      const options = { stateDir, socket: engine.socket, defaultImage: TEST_IMAGE };
      const provider = createDockerProvider(options);
      expect(await provider.recover()).to.deep.equal(['killed']);
      expect(await provider.recover()).to.deep.equal([]);
      await provider.close();
    } finally {
      worker.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
