import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirectory } from '../bubblewrap/provider-fixture.js';
import { eventually, run, spec } from '../sandbox-run.js';
import { beforeWithEngine } from './docker-engine.js';
import { type DockerFixture, dockerFixture } from './docker-fixture.js';

describe('docker: isolation and limits', () => {
  beforeWithEngine();
  let fixture: DockerFixture;
  const sh = async (command: string, more = {}) => await run(fixture.provider, 'sb', { command, ...more });

  before(async () => {
    fixture = await dockerFixture({ pidsLimit: 64 });
    await fixture.provider.spawn(spec('sb', { memoryMb: 64, vcpus: 0.2 }));
  });

  after(async () => {
    await fixture?.dispose();
  });

  it('names the limits that the engine enforces', () => {
    const limits = ['memory_limit:cgroup', 'pids_limit:cgroup', 'cpu_limit:cgroup'];
    expect(fixture.provider.capabilities()).to.include.members(['container', ...limits]);
  });

  it('gives no capability and no way to gain one, and filters system calls', async () => {
    const { stdout } = await sh('grep -E "^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs|Seccomp):" /proc/self/status');
    const lines = stdout.trim().split('\n');
    for (const set of ['Inh', 'Prm', 'Eff', 'Amb']) expect(lines).to.include(`Cap${set}:\t0000000000000000`);
    expect(lines).to.include('NoNewPrivs:\t1');
    if (fixture.provider.capabilities().includes('seccomp')) expect(lines).to.include('Seccomp:\t2');
    expect((await sh('mount -t tmpfs none /mnt || chroot / true')).exitCode).not.to.equal(0);
  });

  it('has its own loopback alone, its own processes and no device of the host', async () => {
    expect((await sh('tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "')).stdout).to.equal('lo\n');
    expect((await sh('cat /proc/net/route | wc -l')).stdout.trim()).to.equal('1');
    expect((await sh('cat /proc/[0-9]*/cmdline | tr "\\0" " "')).stdout).not.to.include('mocha');
    expect((await sh('ls /dev')).stdout).not.to.match(/vda|sda|kvm|mem$/m);
    expect((await sh('echo 1 > /proc/sys/kernel/panic')).exitCode).not.to.equal(0);
  });

  it('keeps the workspace of another sandbox out of sight', async () => {
    await fixture.provider.spawn(spec('neighbour'));
    await run(fixture.provider, 'neighbour', 'echo mine > note');
    expect((await sh('ls -A /workspace')).stdout).to.equal('');
    expect((await run(fixture.provider, 'neighbour', 'cat note')).stdout).to.equal('mine\n');
    await fixture.provider.destroy('neighbour');
  });

  it('ends a memory hog and says why', async () => {
    expect(await sh('tail /dev/zero')).to.include({ exitCode: 137, oomKilled: true });
    expect(await sh('echo alive; exit 3'))
      .to.include({ stdout: 'alive\n', exitCode: 3 })
      .and.not.have.property('oomKilled');
  });

  it('bounds /tmp and the core file, and opens a bounded number of files', async () => {
    const fill = 'head -c 48000000 /dev/zero > /tmp/fill; s=$?; rm -f /tmp/fill; exit $s';
    expect((await sh(fill)).exitCode).not.to.equal(0);
    expect((await sh('ulimit -c; ulimit -n')).stdout).to.equal('0\n4096\n');
  });

  it('holds a program to its processors', async () => {
    const { stdout } = await sh(
      'set -- $(cat /proc/uptime); i=0; while :; do i=$((i+1)); done & sleep 1; ' +
        'cat /proc/$!/stat; echo $1; cat /proc/uptime; kill $!',
    );
    const [stat = '', begun, now = ''] = stdout.trim().split('\n');
    // proc(5): utime and stime are the fields 14 and 15, the state is the third; in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const usedSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    const seconds = Number(now.split(' ')[0]) - Number(begun);
    expect(usedSeconds).to.be.greaterThan(0);
    // A fifth of the time, and what a period or two of 0.1 s have begun with.
    expect(usedSeconds).to.be.lessThan(seconds / 5 + 0.1);
  });

  it('says so when no process is left', async () => {
    const outcomes: string[] = [];
    for (let call = 0; call < 10 && !outcomes.includes('limit_exceeded'); call += 1) {
      const fill = 'i=0; while [ $i -lt 30 ]; do sleep 60 & i=$((i+1)); done';
      const outcome = sh(fill).then(
        ({ exitCode }) => `exit ${exitCode}`,
        (error: { code: string }) => error.code,
      );
      outcomes.push(await outcome);
    }
    expect(outcomes[0]).to.equal('exit 0');
    expect(outcomes.at(-1)).to.equal('limit_exceeded');
  });
});

describe('docker: options', () => {
  beforeWithEngine();
  const users: ReadonlyArray<readonly [user: string, id: string, owner: string, readOnlyRootfs: boolean]> = [
    ['1000:1000', '1000:1000', '1000:1000:700', true],
    ['app', '1234:1234', '0:0:777', false],
  ];
  for (const [user, id, owner, readOnlyRootfs] of users) {
    it(`gives the user ${user} a workspace (read-only root: ${readOnlyRootfs})`, async () => {
      const fixture = await dockerFixture({ user, readOnlyRootfs, tmpfs: { '/scratch': 'size=1m' } });
      try {
        await fixture.provider.spawn(spec('sb'));
        const sh = (command: string) => run(fixture.provider, 'sb', command);
        expect((await sh('echo $(id -u):$(id -g)')).stdout).to.equal(`${id}\n`);
        expect((await sh('stat -c %u:%g:%a /workspace')).stdout).to.equal(`${owner}\n`);
        expect((await sh('echo kept > file; cat file')).stdout).to.equal('kept\n');
        expect((await sh('echo x > /tmp/x && echo x > /scratch/x && cat /scratch/x')).stdout).to.equal('x\n');
        expect((await sh('touch /etc/x')).exitCode).not.to.equal(0);
      } finally {
        await fixture.dispose();
      }
    });
  }

  it('applies a seccomp profile of the operator', async () => {
    const directory = temporaryDirectory();
    const profile = join(directory, 'profile.json');
    const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }];
    writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }));
    const strict = await dockerFixture({ seccompProfile: profile });
    try {
      await strict.provider.spawn(spec('sb'));
      expect((await run(strict.provider, 'sb', 'mkdir d')).stderr).to.include('not permitted');
      expect((await run(strict.provider, 'sb', 'touch f')).exitCode).to.equal(0);
    } finally {
      await strict.dispose();
      rmSync(directory, { recursive: true });
    }
  });

  it('claims neither a limit nor a filter that the operator has switched off', async () => {
    const fixture = await dockerFixture({ pidsLimit: 0, seccompProfile: 'unconfined' });
    try {
      await fixture.provider.spawn(spec('sb'));
      expect(fixture.provider.capabilities()).not.to.include.members(['seccomp']);
      expect(fixture.provider.capabilities().join()).not.to.include('pids_limit');
      const { stdout } = await run(fixture.provider, 'sb', 'grep Seccomp: /proc/self/status');
      expect(stdout).to.equal('Seccomp:\t0\n');
    } finally {
      await fixture.dispose();
    }
  });

  it('keeps the workspace in memory where tmpfs says so', async () => {
    const fixture = await dockerFixture({ tmpfs: { '/workspace': 'rw,exec,size=4m,mode=0777' } });
    try {
      await fixture.provider.spawn(spec('sb'));
      expect((await run(fixture.provider, 'sb', 'grep " /workspace " /proc/mounts')).stdout).to.match(
        /^tmpfs /,
      );
      await eventually(
        'it holds no more',
        async () => (await run(fixture.provider, 'sb', 'head -c 8000000 /dev/zero > fill')).exitCode !== 0,
      );
    } finally {
      await fixture.dispose();
    }
  });
});
