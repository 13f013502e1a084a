import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openCgroupV2 } from '../../src/bubblewrap/cgroup-v2.js';
import { temporaryDirectory } from './provider-fixture.js';

const NAME = 'stacyvm-test';
const LIMITS = { memoryMb: 128, vcpus: 0.5, pids: 100 };

/** An ordinary directory with the files that the kernel would make: what is written can be read, nothing is enforced. */
function fakeCgroup(directory: string, available: string, enabled: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup.controllers'), `${available}\n`);
  writeFileSync(join(directory, 'cgroup.subtree_control'), `${enabled}\n`);
}

describe('openCgroupV2', () => {
  let own: string;

  beforeEach(() => {
    own = temporaryDirectory();
  });

  afterEach(() => {
    rmSync(own, { recursive: true });
  });

  it('writes the limits of the sandbox and puts every process into a leaf', () => {
    fakeCgroup(own, 'cpu memory pids', 'cpu memory pids');
    fakeCgroup(join(own, NAME), 'cpu memory pids', 'cpu memory pids');
    const cgroups = openCgroupV2(own, NAME);
    expect(cgroups?.enforced).to.deep.equal(['memory', 'pids', 'cpu']);
    const sandbox = cgroups!.create('sb', LIMITS);
    const directory = join(own, NAME, 'sb');
    const written = (file: string) => readFileSync(join(directory, file), 'utf8');
    expect(written('memory.max')).to.equal(String(128 * 1024 * 1024));
    expect(written('memory.swap.max')).to.equal('0');
    expect(written('pids.max')).to.equal('116');
    expect(written('cpu.max')).to.equal('50000 100000');
    expect(sandbox.procs).to.deep.equal([join(directory, 'init', 'cgroup.procs')]);
    const exec = sandbox.createExec('exec-0');
    expect(exec.procs).to.deep.equal([join(directory, 'exec-0', 'cgroup.procs')]);
    expect(written('exec-0/pids.max')).to.equal('100');
    writeFileSync(join(directory, 'exec-0', 'cgroup.procs'), '12\n34\n');
    expect(exec.pids()).to.deep.equal([12, 34]);
    writeFileSync(join(directory, 'memory.events'), 'low 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n');
    expect(sandbox.oomKills()).to.equal(2);
    expect(cgroups!.list()).to.deep.equal(['sb']);
  });

  it('steps aside from the leaf that an earlier provider of this process moved it to', () => {
    fakeCgroup(own, 'memory pids', 'memory pids');
    fakeCgroup(join(own, NAME), 'memory pids', 'memory pids');
    mkdirSync(join(own, 'stacyvm-worker'));
    const cgroups = openCgroupV2(join(own, 'stacyvm-worker'), NAME);
    expect(cgroups?.enforced).to.deep.equal(['memory', 'pids']);
    expect(cgroups!.create('sb', LIMITS).directories).to.deep.equal([join(own, NAME, 'sb')]);
  });

  it('is not used without the memory and pids controllers', () => {
    fakeCgroup(own, 'cpu pids hugetlb', '');
    expect(openCgroupV2(own, NAME)).to.equal(undefined);
    fakeCgroup(own, '', '');
    expect(openCgroupV2(own, NAME)).to.equal(undefined);
  });

  it('is not used where the kernel does not hand the controllers on', () => {
    fakeCgroup(own, 'memory pids', '');
    expect(openCgroupV2(own, NAME)).to.equal(undefined);
  });
});
