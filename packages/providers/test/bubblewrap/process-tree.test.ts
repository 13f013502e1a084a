import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { endProcess, findTree, identifyProcess, isRunning } from '../../src/bubblewrap/process-tree.js';
import { eventually } from '../sandbox-run.js';

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
    await eventually('the tree is there', () => findTree(root, 'MARK=tree-1').length === 4);
    const tree = findTree(root, 'MARK=tree-1');
    expect(tree).to.include.members([root, marked]).and.not.include(other);
    expect(tree).not.to.include(process.pid);
  });
});
