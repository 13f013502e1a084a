import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { bootId, identifyProcess } from '../../src/bubblewrap/process-tree.js';
import { createBubblewrapProvider } from '../../src/index.js';
import { eventually, rejection, run, spec } from '../sandbox-run.js';
import {
  bubblewrapFixture,
  cgroupsNamed,
  hostProcesses,
  type ProviderFixture,
  readProc,
  temporaryDirectory,
} from './provider-fixture.js';

const WORKER = join(import.meta.dirname, 'worker-process.ts');

describe('bubblewrap: lifecycle', () => {
  let fixture: ProviderFixture;

  beforeEach(async () => {
    fixture = await bubblewrapFixture();
  });

  afterEach(async () => {
    await fixture?.dispose();
  });

  it('leaves no process, mount, directory or cgroup behind a destroyed sandbox', async () => {
    const { provider, stateDir } = fixture;
    await provider.spawn(spec('leaves-nothing'));
    await run(
      provider,
      'leaves-nothing',
      'sleep 778001 >/dev/null 2>&1 & (setsid sleep 778002 &) ; echo x > f',
    );
    const byCgroup = provider.capabilities().includes('pids_limit:cgroup');
    expect(cgroupsNamed('leaves-nothing').length > 0).to.equal(byCgroup);
    await provider.destroy('leaves-nothing');
    expect(hostProcesses('sleep 77800')).to.deep.equal([]);
    expect(hostProcesses('leaves-nothing')).to.deep.equal([]);
    expect(cgroupsNamed('leaves-nothing')).to.deep.equal([]);
    expect(readProc(process.pid, 'mountinfo')).not.to.match(/leaves-nothing| stacyvm /);
    expect(readdirSync(stateDir)).to.deep.equal(['.lock']);
    expect(childrenOfThisProcess().filter((name) => /bwrap|nsenter|unshare/.test(name))).to.deep.equal([]);
  });

  it('never calls it a fault of the host when a sandbox is destroyed while programs begin', async () => {
    const { provider } = fixture;
    const told = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      await provider.spawn(spec('ends-meanwhile'));
      // More than there are pipes in stock, so that some have to be made while the directory goes.
      const execs = Array.from({ length: 12 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, 3 * index));
        await run(provider, 'ends-meanwhile', 'true').catch((error) => told.add(error.code));
      });
      await new Promise((resolve) => setTimeout(resolve, 5 + 2 * round));
      await provider.destroy('ends-meanwhile');
      await Promise.all(execs);
    }
    told.delete('sandbox_not_found');
    expect([...told]).to.deep.equal(['unavailable']);
  });

  it('removes whatever the programs made of the workspace', async () => {
    await fixture.provider.spawn(spec('sb'));
    const program = [
      'import os',
      'os.mkdir("closed"); open("closed/file", "w"); os.mkdir("closed/inner"); os.chmod("closed", 0)',
      'open(b"not-utf8-\\xff\\xfe", "w"); os.symlink("/etc", "link")',
      'for _ in range(300): os.mkdir("d" * 200); os.chdir("d" * 200)',
    ].join('\n');
    const made = await run(fixture.provider, 'sb', {
      mode: 'argv',
      command: 'python3',
      args: ['-c', program],
    });
    expect(made).to.include({ exitCode: 0, stderr: '' });
    await fixture.provider.destroy('sb');
    expect(existsSync(join(fixture.stateDir, 'sb'))).to.equal(false);
    expect(existsSync('/etc/passwd')).to.equal(true);
  });

  it('is stopped when its processes are gone: exec says so, destroy works', async () => {
    await fixture.provider.spawn(spec('sb'));
    await fixture.provider.exec('sb', { command: 'kill -9 -1' }, { onOutput: () => {} }).catch(() => {});
    await eventually(
      'the sandbox has stopped',
      async () => (await fixture.provider.status('sb')).state === 'stopped',
    );
    const error = await rejection(run(fixture.provider, 'sb', 'true'));
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.include('stopped');
    await fixture.provider.destroy('sb');
    expect(await fixture.provider.spawn(spec('sb'))).to.include({ state: 'running' });
  });

  it('cleans up after a spawn that is cancelled at any moment', async () => {
    for (const afterMs of [0, 2, 5, 8, 12]) {
      const cancel = new AbortController();
      const spawning = fixture.provider.spawn(spec('cancelled'), cancel.signal);
      setTimeout(() => cancel.abort(), afterMs);
      const error = await spawning.then(
        () => undefined,
        (reason: { code: string }) => reason,
      );
      if (error !== undefined) {
        expect(error.code).to.equal('cancelled');
        expect(existsSync(join(fixture.stateDir, 'cancelled'))).to.equal(false);
        expect(cgroupsNamed('/cancelled')).to.deep.equal([]);
      }
      await fixture.provider.destroy('cancelled');
    }
  });

  it('reports a launch that fails, and leaves nothing of it', async () => {
    const directory = temporaryDirectory();
    const broken = join(directory, 'rootfs');
    mkdirSync(join(broken, 'bin'), { recursive: true });
    const other = await bubblewrapFixture({ images: { broken } });
    try {
      const error = await rejection(other.provider.spawn(spec('sb', { image: 'broken' })));
      expect(error.code).to.equal('spawn_failed');
      expect(error.message).to.include('/bin/sh');
      expect(readdirSync(other.stateDir)).to.deep.equal(['.lock']);
      expect(await other.provider.list()).to.deep.equal([]);
    } finally {
      await other.dispose();
      rmSync(directory, { recursive: true });
    }
  });

  it('keeps a second provider out of a state directory in use', async () => {
    await fixture.provider.spawn(spec('sb'));
    const second = createBubblewrapProvider({ stateDir: fixture.stateDir });
    expect((await rejection(second.recover())).code).to.equal('state_directory_in_use');
    await second.close();
    expect((await run(fixture.provider, 'sb', 'echo alive')).stdout).to.equal('alive\n');
  });

  it('gives the state directory up when it is closed', async () => {
    await fixture.provider.recover();
    await fixture.provider.close();
    const next = createBubblewrapProvider({ stateDir: fixture.stateDir });
    expect(await next.recover()).to.deep.equal([]);
    await next.close();
  });

  it('removes directories that nobody owns, and only those that are named like a sandbox', async () => {
    await fixture.provider.spawn(spec('live'));
    mkdirSync(join(fixture.stateDir, 'orphan', 'workspace'), { recursive: true });
    writeFileSync(join(fixture.stateDir, 'orphan', 'runtime.json'), '{ not json');
    mkdirSync(join(fixture.stateDir, 'NOT A SANDBOX'));
    expect(await fixture.provider.recover()).to.deep.equal(['orphan']);
    expect(existsSync(join(fixture.stateDir, 'NOT A SANDBOX'))).to.equal(true);
    expect((await run(fixture.provider, 'live', 'echo alive')).stdout).to.equal('alive\n');
  });

  for (const [what, startTime, survives] of [
    ['kills a process of an old sandbox that still runs', undefined, false],
    ['kills no process that merely has the pid of an old sandbox', '1', true],
  ] as const) {
    it(what, async () => {
      const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
      const exited = once(sleeper, 'exit');
      await once(sleeper, 'spawn');
      await fixture.provider.recover();
      mkdirSync(join(fixture.stateDir, 'old', 'workspace'), { recursive: true });
      const record = {
        ...{ sandboxId: 'old', uid: 231072, cgroups: ['/sys/fs/cgroup', '/tmp/old'] },
        bootId: bootId(),
        processes: [{ pid: sleeper.pid, startTime: startTime ?? identifyProcess(sleeper.pid!)!.startTime }],
      };
      writeFileSync(join(fixture.stateDir, 'old', 'runtime.json'), JSON.stringify(record));
      expect(await fixture.provider.recover()).to.deep.equal(['old']);
      expect(identifyProcess(sleeper.pid!) !== undefined).to.equal(survives);
      sleeper.kill('SIGKILL');
      await exited;
    });
  }
});

describe('bubblewrap: a worker that is killed', () => {
  it('takes its sandboxes with it; the next one removes the rest', async () => {
    const directory = temporaryDirectory();
    const stateDir = join(directory, 'state');
    const worker = spawn(process.execPath, ['--import', 'tsx', WORKER, stateDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const ids = await firstLine(worker);
      expect(ids).to.equal('killed-a,killed-b');
      expect(hostProcesses('sleep 779001')).to.have.length.greaterThan(0);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      await eventually('every process of the sandboxes is gone', () => {
        const left = [...hostProcesses('sleep 77900'), ...hostProcesses('bwrap --args')];
        return (
          left.filter((pid) => inStateOf(pid, directory)).length === 0 &&
          hostProcesses('sleep 77900').length === 0
        );
      });
      const provider = createBubblewrapProvider({ stateDir });
      expect(await provider.recover()).to.deep.equal(['killed-a', 'killed-b']);
      expect(readdirSync(stateDir)).to.deep.equal(['.lock']);
      expect(cgroupsNamed('killed-')).to.deep.equal([]);
      expect(await provider.spawn(spec('killed-a'))).to.include({ state: 'running' });
      await provider.close();
    } finally {
      worker.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** Whether a process has a directory of this state mounted. */
function inStateOf(pid: number, directory: string): boolean {
  return readProc(pid, 'mountinfo').includes(basename(directory));
}

function childrenOfThisProcess(): readonly string[] {
  const children = readProc(process.pid, `task/${process.pid}/children`).trim().split(' ').filter(Boolean);
  return children.map((pid) => readProc(pid, 'comm').trim());
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
