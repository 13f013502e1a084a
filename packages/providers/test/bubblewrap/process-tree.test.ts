import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  endProcess,
  findTree,
  freezeTree,
  identifyProcess,
  isRunning,
  killProcess,
} from '../../src/bubblewrap/process-tree.js';
import { eventually } from '../sandbox-run.js';
import { readProc } from './provider-fixture.js';

describe('process tree', () => {
  const children: ChildProcess[] = [];

  const start = async (command: string, env: Record<string, string> = {}): Promise<number> => {
    const child = spawn('/bin/sh', ['-c', command], {
      stdio: 'ignore',
      env: { ...process.env, ...env },
      detached: true,
    });
    children.push(child);
    await once(child, 'spawn');
    return child.pid!;
  };

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      process.kill(-child.pid!, 'SIGKILL');
      await once(child, 'exit');
    }
  });

  it('tells a process from a later one with its pid', async () => {
    const identity = identifyProcess(await start('exec sleep 60'))!;
    expect(isRunning(identity)).to.equal(true);
    expect(isRunning({ ...identity, startTime: '1' })).to.equal(false);
    expect(await endProcess({ ...identity, startTime: '1' }, 100)).to.equal(true);
    expect(isRunning(identity)).to.equal(true);
    expect(await endProcess(identity, 2_000)).to.equal(true);
    expect(isRunning(identity)).to.equal(false);
  });

  it('knows no process that does not exist', () => {
    expect(identifyProcess(2 ** 22 + 1)).to.equal(undefined);
  });

  it('finds descendants, members of the session and marked processes', async () => {
    const root = await start('sleep 60 & sleep 60 & wait');
    const marked = await start('exec sleep 60', { MARK: 'tree-1' });
    const other = await start('exec sleep 60', { MARK: 'tree-12' });
    await eventually('the tree is there', async () => (await findTree(root, 'MARK=tree-1')).length === 4);
    const tree = await findTree(root, 'MARK=tree-1');
    expect(tree).to.include.members([root, marked]).and.not.include(other);
    expect(tree).not.to.include(process.pid);
  });

  it('stops what makes new processes, and finds all of it', async () => {
    // 20 lines of processes, each with one child at a time.
    const line = 'l() { while :; do /bin/true; done; }';
    const root = await start(
      `${line}; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do l & done; exec sleep 60`,
    );
    await eventually('all the lines run', () => readProc(root, 'cmdline').startsWith('sleep'));
    const frozen = await freezeTree(() => findTree(root, 'MARK=none'));
    expect(frozen.length).to.be.greaterThan(20);
    const states = frozen.map((pid) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]![0]);
    // D: a shell in vfork, whose child was stopped before its exec.
    expect(states.filter((state) => !['T', 'Z', 'D'].includes(state!))).to.deep.equal([]);
    const later = await findTree(root, 'MARK=none');
    expect(later.filter((pid) => !frozen.includes(pid))).to.deep.equal([]);
    for (const pid of frozen) killProcess(pid);
  });

  it('does not take a process for gone that it has no descriptor left to look at', async () => {
    const module = new URL('../../dist/bubblewrap/process-tree.js', import.meta.url).href;
    const script = `
      import { openSync } from 'node:fs';
      import { identifyProcess, isRunning } from '${module}';
      const self = identifyProcess(process.pid);
      try { for (;;) openSync('/dev/null'); } catch {}
      try { process.exitCode = isRunning(self) ? 0 : 1; } catch ({ code }) { process.exitCode = code === 'EMFILE' ? 0 : 2; }`;
    const child = spawn(
      '/bin/sh',
      ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script],
      { stdio: 'ignore' },
    );
    expect(await once(child, 'exit')).to.deep.equal([0, null]);
  });
});
