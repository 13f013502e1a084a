import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCgroupPlace } from '../../src/bubblewrap/cgroup-mounts.js';
import { temporaryDirectory } from './provider-fixture.js';

describe('parseCgroupPlace', () => {
  let root: string;

  beforeEach(() => {
    root = temporaryDirectory();
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const at = (path: string) => {
    mkdirSync(join(root, path), { recursive: true });
    return join(root, path);
  };
  const mount = (mountRoot: string, path: string, type: string, options: string) =>
    `30 20 0:26 ${mountRoot} ${join(root, path)} rw,nosuid shared:9 - ${type} ${type} ${options}`;

  it('finds the own cgroup of each v1 hierarchy, also of joined controllers', () => {
    const memory = at('memory/worker');
    const cpu = at('cpu,cpuacct/worker');
    const place = parseCgroupPlace(
      [
        mount('/', 'memory', 'cgroup', 'rw,memory'),
        mount('/', 'cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
        mount('/', 'systemd', 'cgroup', 'rw,xattr,name=systemd'),
      ].join('\n'),
      '5:memory:/worker\n4:cpu,cpuacct:/worker\n1:name=systemd:/worker\n',
    );
    expect([...place.v1]).to.deep.equal([
      ['memory', memory],
      ['cpu', cpu],
    ]);
    expect(place.v2).to.equal(undefined);
  });

  it('finds the own cgroup of v2', () => {
    const own = at('unified/system.slice/worker.service');
    const place = parseCgroupPlace(
      mount('/', 'unified', 'cgroup2', 'rw,nsdelegate'),
      '0::/system.slice/worker.service\n',
    );
    expect(place).to.deep.equal({ v1: new Map(), v2: own });
  });

  it('takes the mount itself when a container mounts its own cgroup by the name the host gives it', () => {
    const mountPoint = at('cgroup');
    expect(parseCgroupPlace(mount('/docker/abc', 'cgroup', 'cgroup2', 'rw'), '0::/docker/abc').v2).to.equal(
      mountPoint,
    );
    expect(parseCgroupPlace(mount('/', 'cgroup', 'cgroup2', 'rw'), '0::/docker/abc').v2).to.equal(mountPoint);
    const below = at('cgroup/leaf');
    expect(
      parseCgroupPlace(mount('/docker/abc', 'cgroup', 'cgroup2', 'rw'), '0::/docker/abc/leaf').v2,
    ).to.equal(below);
  });

  it('does not take another directory for its own because the names begin alike', () => {
    const mountPoint = at('cgroup');
    at('cgroup/x');
    expect(parseCgroupPlace(mount('/docker/ab', 'cgroup', 'cgroup2', 'rw'), '0::/docker/abx').v2).to.equal(
      mountPoint,
    );
  });

  it('finds nothing where nothing is mounted', () => {
    expect(parseCgroupPlace('', '')).to.deep.equal({ v1: new Map(), v2: undefined });
    expect(parseCgroupPlace('nonsense\n- -', 'nonsense')).to.deep.equal({ v1: new Map(), v2: undefined });
  });
});
